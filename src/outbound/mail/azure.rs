//! Mail by Azure Communication Services.

use std::fmt::Display;

use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono_tz::Tz;
use reqwest::{
    Method,
    header::{AUTHORIZATION, HeaderName, HeaderValue},
};
use secrecy::{ExposeSecret as _, SecretString, zeroize::Zeroizing};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use url::{Position, Url};

use super::{AZURE_KEY, Mail, Mailed, Mailer, Sender, headers, message_id, one_line};
use crate::outbound::http::{Effect, Request};

const VERSION: &str = "2023-03-31";
/// What a managed identity asks its token for.
const SCOPE: &str = "https://communication.azure.com/.default";
const OPERATION_ID: HeaderName = HeaderName::from_static("operation-id");
const DATE: HeaderName = HeaderName::from_static("x-ms-date");
const DIGEST: HeaderName = HeaderName::from_static("x-ms-content-sha256");

impl Mailer {
    pub(super) async fn by_azure(&self, mail: &Mail) -> Mailed {
        let Some(endpoint) = &self.settings.azure_endpoint else { return Mailed::broken("not_configured") };
        let Ok(url) = endpoint.join(&format!("/emails:send?api-version={VERSION}")) else {
            return Mailed::broken("wrong_service");
        };
        let request = match self.request(mail, url).await {
            Ok(request) => request,
            Err(mailed) => return mailed,
        };
        // Taken is sent: what becomes of it at the mailbox is told by events, to which nobody subscribes here.
        match self.out.send(request).await {
            Ok(answer) if answer.succeeded() => Mailed::Sent,
            Ok(answer) => self.failed(&answer.failure(self.clock.now()), AZURE_KEY),
            Err(failure) => self.failed(&failure, AZURE_KEY),
        }
    }

    async fn request(&self, mail: &Mail, url: Url) -> Result<Request, Mailed> {
        let body = serde_json::to_vec(&body(mail, &self.settings.from)).map_err(|_| Mailed::refused("not_made"))?;
        let operation = HeaderValue::from_str(&mail.id.to_string()).map_err(|_| Mailed::refused("not_made"))?;
        let request = Request::new(Effect::Writes, Method::POST, url.clone()).to_the_operators().header(OPERATION_ID, operation);
        let request = match self.secret(AZURE_KEY).await? {
            Some(key) => {
                let date = self.clock.now().in_zone(Tz::UTC).format("%a, %d %b %Y %H:%M:%S GMT").to_string();
                signed(request, &url, &date, &body, &key).ok_or(Mailed::broken("no_key"))?
            }
            None => request.bearer(&self.token().await?).map_err(|_| Mailed::broken("no_key"))?,
        };
        Ok(request.body("application/json", body))
    }

    /// Of the identity that the program has.
    async fn token(&self) -> Result<SecretString, Mailed> {
        let unknown = |error: &dyn Display| {
            tracing::warn!(%error, "no managed identity sends mail now, and ACS_KEY is not set");
            Mailed::not_sent("no_key")
        };
        let identity = self.secrets.identity().map_err(|error| unknown(&error))?;
        let token = identity.get_token(&[SCOPE], None).await.map_err(|error| unknown(&error))?;
        Ok(token.token.secret().into())
    }
}

/// Signed with the key of the resource; `None` for what is no key.
fn signed(request: Request, url: &Url, date: &str, body: &[u8], key: &SecretString) -> Option<Request> {
    let key = Zeroizing::new(STANDARD.decode(key.expose_secret()).ok()?);
    let digest = STANDARD.encode(Sha256::digest(body));
    let (host, path) = (&url[Position::BeforeHost..Position::AfterPort], &url[Position::BeforePath..Position::AfterQuery]);
    let text = format!("POST\n{path}\n{date};{host};{digest}");
    let tag = STANDARD.encode(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), text.as_bytes()));
    let signature = format!("HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature={tag}");
    let mut signature = HeaderValue::from_str(&signature).ok()?;
    signature.set_sensitive(true);
    let (date, digest) = (HeaderValue::from_str(date).ok()?, HeaderValue::from_str(&digest).ok()?);
    Some(request.header(DATE, date).header(DIGEST, digest).header(AUTHORIZATION, signature))
}

/// Without the picture, which this version can only attach.
fn body(mail: &Mail, from: &Sender) -> Value {
    let mut all: Map<String, Value> = headers(mail).into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
    all.insert("Message-ID".to_owned(), message_id(mail, from).into());
    json!({
        "senderAddress": from.address(),
        "content": {
            "subject": one_line(&mail.letter.subject),
            "plainText": mail.letter.plain(),
            "html": mail.letter.html(None),
        },
        "recipients": { "to": [{ "address": mail.to.expose_secret() }] },
        "headers": all,
        "userEngagementTrackingDisabled": true,
    })
}
