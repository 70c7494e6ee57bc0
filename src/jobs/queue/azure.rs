//! Queues of an Azure storage account: what a queue trigger of the Functions host reads.
//!
//! They promise no order, and count time in whole seconds, which are rounded up here.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use azure_core::{
    error::ErrorKind,
    http::{ClientOptions, ExponentialRetryOptions, RetryOptions, Transport, Url},
};
use azure_storage_queue::{
    QueueClient, QueueClientOptions,
    models::{QueueClientReceiveMessagesOptions, QueueClientSendMessageOptions, QueueMessage, ReceivedMessage},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;

use super::{Delivery, MAX_DELAY, NewMessage, Queue, Receipt, Settled, check_name, codec};
use crate::{
    credentials::CredentialManager,
    kernel::{Error, Result},
};

/// How long a call may take: a request may be waiting for it.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);
/// How often the client sends a request again that the service could not take: as often as there is time for.
const RETRIES: u32 = 3;
/// The life of a message: it does not end by itself. Left out, it would be seven days.
const FOR_EVER: i32 = -1;

/// The queues of one storage account. Connects when it is used.
pub struct AzureQueue {
    /// The address of the account's queue service, with its SAS when it has one.
    service: Url,
    credentials: Arc<CredentialManager>,
    transport: Option<Transport>,
    /// The client of each queue, with its connections.
    clients: Mutex<HashMap<String, Arc<QueueClient>>>,
}

impl AzureQueue {
    /// The queues of the service at this address: used with the SAS in it, or without one by the managed identity.
    /// Fails when it is not an address.
    pub fn new(service: &SecretString, credentials: Arc<CredentialManager>) -> Result<Self> {
        // Without the parser's own words: what it was given may hold a secret.
        let service = Url::parse(service.expose_secret()).map_err(|_| Error::internal("not the address of a queue service"))?;
        Ok(Self { service, credentials, transport: None, clients: Mutex::default() })
    }

    /// Sends its requests another way, in tests.
    #[must_use]
    pub fn with_transport(self, transport: Transport) -> Self {
        Self { transport: Some(transport), ..self }
    }

    fn client(&self, queue: &str) -> Result<Arc<QueueClient>> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(queue) {
            return Ok(Arc::clone(client));
        }
        let client = Arc::new(self.connect(queue)?);
        clients.insert(queue.to_owned(), Arc::clone(&client));
        Ok(client)
    }

    fn connect(&self, queue: &str) -> Result<QueueClient> {
        let mut address = self.service.clone();
        address.path_segments_mut().map_err(|()| Error::internal("not the address of a service"))?.pop_if_empty().push(queue);
        let has_sas = address.query_pairs().any(|(name, _)| name == "sig");
        let identity = if has_sas { None } else { Some(self.credentials.identity().map_err(Error::unavailable)?) };
        let retry = RetryOptions::exponential(ExponentialRetryOptions { max_retries: RETRIES, ..Default::default() });
        let client_options = ClientOptions { transport: self.transport.clone(), retry, ..Default::default() };
        let options = QueueClientOptions { client_options, ..Default::default() };
        QueueClient::new(address, identity, Some(options)).map_err(|error| verdict(&error))
    }
}

impl fmt::Debug for AzureQueue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AzureQueue").field("host", &self.service.host_str()).finish_non_exhaustive()
    }
}

#[async_trait::async_trait]
impl Queue for AzureQueue {
    async fn send(&self, queue: &str, message: NewMessage) -> Result<()> {
        check_name(queue)?;
        let text = STANDARD.encode(message.checked()?);
        let client = self.client(queue)?;
        within_deadline(async {
            match put(&client, &text, message.delay).await {
                Err(error) if status(&error) == Some(404) => {
                    match client.create(None).await {
                        // In conflict with another sender who makes it too; the second try tells.
                        Err(error) if status(&error) != Some(409) => Err(error),
                        _ => put(&client, &text, message.delay).await,
                    }
                }
                result => result,
            }
        })
        .await?
        .map_err(|error| verdict(&error))
    }

    async fn receive(&self, queue: &str, visibility: Duration) -> Result<Option<Delivery>> {
        check_name(queue)?;
        let client = self.client(queue)?;
        let options = QueueClientReceiveMessagesOptions {
            number_of_messages: Some(1),
            visibility_timeout: Some(seconds(visibility).max(1)),
            ..Default::default()
        };
        let answer = within_deadline(async { client.receive_messages(Some(options)).await?.into_model() }).await?;
        match answer {
            Ok(messages) => messages.items.unwrap_or_default().into_iter().next().map(|one| delivery(queue, one)).transpose(),
            // A queue to which nothing has been sent yet.
            Err(error) if status(&error) == Some(404) => Ok(None),
            Err(error) => Err(verdict(&error)),
        }
    }

    async fn complete(&self, receipt: &Receipt) -> Result<Settled> {
        let client = self.client(&receipt.queue)?;
        settled(within_deadline(client.delete_message(&receipt.id, &receipt.version, None)).await?)
    }

    async fn retry(&self, receipt: &Receipt, after: Duration) -> Result<Settled> {
        let client = self.client(&receipt.queue)?;
        settled(within_deadline(client.update_message(&receipt.id, &receipt.version, seconds(after), None)).await?)
    }
}

async fn put(client: &QueueClient, text: &str, delay: Duration) -> azure_core::Result<()> {
    let options = QueueClientSendMessageOptions {
        message_time_to_live: Some(FOR_EVER),
        visibility_timeout: Some(seconds(delay)),
        ..Default::default()
    };
    let message = QueueMessage { message_text: Some(text.to_owned()) };
    client.send_message(message.try_into()?, Some(options)).await.map(|_| ())
}

fn delivery(queue: &str, message: ReceivedMessage) -> Result<Delivery> {
    let (Some(id), Some(version)) = (message.message_id, message.pop_receipt) else {
        return Err(Error::internal("the queue service gave a message without a receipt"));
    };
    let attempt = u32::try_from(message.dequeue_count.unwrap_or(1)).unwrap_or(u32::MAX);
    let body = body(&message.message_text.unwrap_or_default());
    Ok(Delivery { body, attempt, receipt: Receipt { queue: queue.to_owned(), id, version } })
}

/// The text is in base64, as the Functions host writes and reads it; others may send it as it is.
fn body(text: &str) -> Value {
    let plain = STANDARD.decode(text).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    codec::decode(plain.as_deref().unwrap_or(text))
}

fn seconds(time: Duration) -> i32 {
    let time = time.min(MAX_DELAY);
    i32::try_from(time.as_secs() + u64::from(time.subsec_nanos() > 0)).unwrap_or(i32::MAX)
}

async fn within_deadline<T>(work: impl Future<Output = T>) -> Result<T> {
    let late = |_| Error::unavailable(format!("the queue service does not answer within {} s", REQUEST_TIMEOUT.as_secs()));
    tokio::time::timeout(REQUEST_TIMEOUT, work).await.map_err(late)
}

fn settled<T>(answer: azure_core::Result<T>) -> Result<Settled> {
    match answer {
        Ok(_) => Ok(Settled::Done),
        // The message is gone, or somebody else has it.
        Err(error) if status(&error) == Some(404) || says(&error, "PopReceiptMismatch") => Ok(Settled::TooLate),
        Err(error) => Err(verdict(&error)),
    }
}

fn status(error: &azure_core::Error) -> Option<u16> {
    error.http_status().map(u16::from)
}

fn says(error: &azure_core::Error, code: &str) -> bool {
    matches!(error.kind(), ErrorKind::HttpResponse { error_code: Some(said), .. } if said == code)
}

/// What an error means that no caller expects.
fn verdict(error: &azure_core::Error) -> Error {
    match (error.kind(), status(error)) {
        (_, Some(401 | 403)) => Error::unavailable(format!(
            "the queue service refuses us ({}); the app's identity needs the role Storage Queue Data Contributor, a SAS may \
             have expired",
            error.kind()
        )),
        // Throttled, moved, failing, being made or deleted.
        (_, Some(404 | 408 | 409 | 410 | 429 | 500..)) | (ErrorKind::Connection | ErrorKind::Io | ErrorKind::Credential, _) => {
            Error::unavailable(told(error))
        }
        _ => Error::internal(told(error)),
    }
}

/// The kind of the error and its last cause. What is between is the HTTP client's, which names the address, and with
/// it the SAS.
fn told(error: &azure_core::Error) -> String {
    let client = std::error::Error::source(error);
    let below = std::iter::successors(client.and_then(std::error::Error::source), |cause| cause.source()).last();
    let cause = below.map(|cause| format!(": {cause}")).unwrap_or_default();
    format!("the queue service: {}{cause}", error.kind())
}

#[cfg(test)]
mod tests;
