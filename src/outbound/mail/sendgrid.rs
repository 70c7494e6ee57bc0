//! Mail by SendGrid.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use reqwest::Method;
use secrecy::ExposeSecret as _;
use serde_json::{Map, Value, json};

use super::{Mail, Mailed, Mailer, PICTURE, SENDGRID_KEY, Sender, headers, message_id, one_line};
use crate::outbound::http::{Answer, Effect, Request};

impl Mailer {
    pub(super) async fn by_sendgrid(&self, mail: &Mail) -> Mailed {
        let key = match self.secret(SENDGRID_KEY).await {
            Ok(Some(key)) => key,
            Ok(None) => return Mailed::broken("no_key"),
            Err(mailed) => return mailed,
        };
        let mut url = self.settings.sendgrid_url.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(["v3", "mail", "send"]);
        }
        let request = Request::new(Effect::Writes, Method::POST, url).to_the_operators();
        let request = request.bearer(&key).and_then(|request| request.json(&body(mail, &self.settings.from)));
        match request {
            Ok(request) => match self.out.send(request).await {
                Ok(answer) if answer.succeeded() => Mailed::Sent,
                Ok(answer) if is_no_mailbox(&answer) => Mailed::NoMailbox { reason: "http_400".into() },
                Ok(answer) => self.failed(&answer.failure(self.clock.now()), SENDGRID_KEY),
                Err(failure) => self.failed(&failure, SENDGRID_KEY),
            },
            Err(failure) => self.failed(&failure, SENDGRID_KEY),
        }
    }
}

fn body(mail: &Mail, from: &Sender) -> Value {
    let mut all: Map<String, Value> = headers(mail).into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
    all.insert("Message-ID".to_owned(), message_id(mail, from).into());
    let source = format!("cid:{PICTURE}");
    let mut sender = json!({ "email": from.address() });
    if let Some(name) = from.name() {
        sender["name"] = name.into();
    }
    let mut body = json!({
        "personalizations": [{ "to": [{ "email": mail.to.expose_secret() }] }],
        "from": sender,
        "subject": one_line(&mail.letter.subject),
        "content": [
            { "type": "text/plain", "value": mail.letter.plain() },
            { "type": "text/html", "value": mail.letter.html(mail.picture.as_ref().map(|_| source.as_str())) },
        ],
        "headers": all,
        // A link that acts leads where it says, and nobody counts who follows it.
        "tracking_settings": {
            "click_tracking": { "enable": false, "enable_text": false },
            "open_tracking": { "enable": false },
            "subscription_tracking": { "enable": false },
        },
    });
    if let Some(picture) = &mail.picture {
        body["attachments"] = json!([{
            "content": STANDARD.encode(picture),
            "type": "image/png",
            "filename": "companion.png",
            "disposition": "inline",
            "content_id": PICTURE,
        }]);
    }
    body
}

/// Whether it is the address that it does not take.
fn is_no_mailbox(answer: &Answer) -> bool {
    let field = |error: &Value| {
        error["field"].as_str().is_some_and(|field| field.starts_with("personalizations.") && field.contains(".to"))
    };
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    answer.status == 400 && body["errors"].as_array().is_some_and(|errors| errors.iter().any(field))
}
