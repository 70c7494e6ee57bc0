//! The queue of a storage account: the requests that are sent, and what the answers mean. The suite of all adapters is in
//! `azurite`.

use std::sync::atomic::{AtomicBool, Ordering};

use azure_core::http::{AsyncRawResponse, Body, HttpClient, Method, Request, headers::Headers};
use serde_json::json;

use super::*;
use crate::{
    credentials::tests::Somebody,
    kernel::{Code, SystemClock},
};

mod azurite;

const SAS: &str = "https://mine.queue.core.windows.net/?sv=2018-11-09&sig=hunter2%3D";

fn credentials() -> Arc<CredentialManager> {
    Arc::new(CredentialManager::new(|_| None, Arc::new(SystemClock)).with_identity(Arc::new(Somebody)))
}

fn queue(address: &str, server: Server) -> (AzureQueue, Arc<Server>) {
    let server = Arc::new(server);
    let queue = AzureQueue::new(&address.into(), credentials()).expect("an address");
    (queue.with_transport(Transport::new(server.clone())), server)
}

/// A service that keeps what it was asked, with the answers that it was given; then it is content.
#[derive(Debug, Default)]
struct Server {
    /// A status, with a code when it is that of an error, else with a body.
    answers: Mutex<Vec<(u16, &'static str)>>,
    asked: Mutex<Vec<String>>,
    hangs: AtomicBool,
}

impl Server {
    fn that_says(answers: &[(u16, &'static str)]) -> Self {
        Self { answers: Mutex::new(answers.iter().rev().copied().collect()), ..Self::default() }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("a lock").clone()
    }
}

#[async_trait::async_trait]
impl HttpClient for Server {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        let token = request.headers().get_optional_str(&azure_core::http::headers::AUTHORIZATION).unwrap_or("no token");
        let body = match request.body() {
            Body::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            Body::SeekableStream(_) => panic!("a stream"),
        };
        self.asked.lock().expect("a lock").push(format!("{} {} {token} {body}", request.method(), request.url()));
        if self.hangs.load(Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
        let usual = match request.method() {
            Method::Get => (200, "<QueueMessagesList/>"),
            Method::Post => (201, "<QueueMessagesList/>"),
            _ => (204, ""),
        };
        let (status, body) = self.answers.lock().expect("a lock").pop().unwrap_or(usual);
        let mut headers = Headers::new();
        headers.insert("content-type", "application/xml");
        if status >= 400 {
            headers.insert("x-ms-error-code", body);
        }
        Ok(AsyncRawResponse::from_bytes(status.into(), headers, body))
    }
}

fn receipt() -> Receipt {
    Receipt { queue: "jobs".into(), id: "7".into(), version: "A+/=".into() }
}

#[tokio::test]
async fn a_message_is_base64_lives_for_ever_and_is_sent_with_the_token_of_the_identity() {
    let (queue, server) = queue("https://mine.queue.core.windows.net", Server::default());
    let message = NewMessage { delay: Duration::from_millis(1_001), ..NewMessage::of(json!({"id": "é"})) };
    queue.send("jobs", message).await.expect("sent");
    let text = STANDARD.encode(r#"[{"id":"é"}]"#);
    let asked = server.asked();
    assert_eq!(asked.len(), 1, "{asked:?}");
    let wanted = [
        "POST https://mine.queue.core.windows.net/jobs/messages?",
        "messagettl=-1",
        "visibilitytimeout=2",
        " Bearer token ",
        &format!("<MessageText>{text}</MessageText>"),
    ];
    assert!(wanted.iter().all(|part| asked[0].contains(part)), "{asked:?}");
}

#[tokio::test]
async fn with_a_sas_no_token_is_shown() {
    let (queue, server) = queue(SAS, Server::default());
    assert_eq!(queue.receive("jobs", Duration::ZERO).await.expect("an answer"), None);
    let asked = server.asked();
    let wanted = ["GET https://mine.queue.core.windows.net/jobs/messages?", "sig=hunter2%3D", "visibilitytimeout=1", "no token"];
    assert!(asked.len() == 1 && wanted.iter().all(|part| asked[0].contains(part)), "{asked:?}");
}

#[tokio::test]
async fn a_queue_that_is_missing_is_made_at_the_first_message() {
    let missing = (404, "QueueNotFound");
    let (queue, server) = queue(SAS, Server::that_says(&[missing, (409, ""), (201, "<QueueMessagesList/>")]));
    queue.send("jobs", NewMessage::of(json!(7))).await.expect("sent");
    let methods: Vec<String> = server.asked().iter().filter_map(|line| Some(line.split(' ').next()?.to_owned())).collect();
    assert_eq!(methods, ["POST", "PUT", "POST"]);
}

#[tokio::test]
async fn whoever_comes_too_late_is_told() {
    for answer in [(404, "MessageNotFound"), (404, "QueueNotFound"), (400, "PopReceiptMismatch")] {
        let (queue, server) = queue(SAS, Server::that_says(&[answer, answer]));
        assert_eq!(queue.complete(&receipt()).await.expect("an answer"), Settled::TooLate, "{answer:?}");
        assert_eq!(queue.retry(&receipt(), Duration::from_secs(7)).await.expect("an answer"), Settled::TooLate, "{answer:?}");
        let asked = server.asked();
        assert!(asked[0].starts_with("DELETE ") && asked[0].contains("/jobs/messages/7?"), "{asked:?}");
        assert!(asked[0].contains("popreceipt=A%2B%2F%3D") && asked[1].contains("visibilitytimeout=7"), "{asked:?}");
    }
}

#[tokio::test]
async fn what_may_pass_can_be_tried_again_and_no_secret_is_told() {
    for (status, retryable) in [(401, true), (403, true), (409, true), (400, false), (413, false)] {
        let answer = (status, "Whatever");
        let (queue, _) = queue(SAS, Server::that_says(&[answer]));
        let error = queue.receive("jobs", MAX_DELAY).await.expect_err("an error");
        assert_eq!(error.retryable(), retryable, "{status}: {error:?}");
        assert!(error.chain().contains("Whatever"), "{}", error.chain());
        assert!(!format!("{} {error:?} {queue:?}", error.chain()).contains("hunter2"), "{error:?}");
    }
}

#[tokio::test]
async fn a_service_that_cannot_be_reached_is_told_without_its_secret() {
    // Nobody listens on the port of this address, and nobody ever will.
    let queue = AzureQueue::new(&"http://127.0.0.1:1/account?sig=hunter2".into(), credentials()).expect("an address");
    let error = queue.receive("jobs", MAX_DELAY).await.expect_err("an error");
    assert!(error.retryable() && error.chain().contains("refused"), "{}", error.chain());
    assert!(!format!("{} {error:?} {queue:?}", error.chain()).contains("hunter2"), "{error:?}");
}

#[tokio::test]
async fn a_service_that_does_not_answer_is_not_waited_for() {
    let (queue, server) = queue(SAS, Server::default());
    server.hangs.store(true, Ordering::SeqCst);
    let error = queue.receive("jobs", MAX_DELAY).await.expect_err("an error");
    assert!(error.retryable() && error.chain().contains("within 5 s"), "{}", error.chain());
}

#[tokio::test]
async fn an_identity_is_shown_to_nobody_without_https() {
    let (queue, server) = queue("http://mine.queue.core.windows.net", Server::default());
    let error = queue.send("jobs", NewMessage::of(json!(7))).await.expect_err("an error");
    assert_eq!((error.code(), server.asked().len()), (Code::InternalError, 0));
    assert!(AzureQueue::new(&"mine?sig=hunter2".into(), credentials()).is_err());
}

#[test]
fn a_text_of_others_is_read_too() {
    assert_eq!(body(&STANDARD.encode(r#"[{"id":7}]"#)), json!({"id": 7}));
    assert_eq!(body(&STANDARD.encode(r#"{"id":7}"#)), json!({"id": 7}));
    assert_eq!(body(r#"{"id":7}"#), json!({"id": 7}));
    assert_eq!(body("not JSON"), json!("not JSON"));
}
