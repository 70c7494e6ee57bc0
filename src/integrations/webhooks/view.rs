//! Webhooks as their owners see them.

use secrecy::ExposeSecret;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    model::{WebhookId, WebhookPreset},
    service::ShownWebhook,
};
use crate::kernel::Timestamp;

/// A webhook.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({ "id": "0193c7a8-9d1c-7e44-b5a0-3f2e1d0c9b8a",
    "url": "https://avanochi.example/api/webhooks/v1.3f2e1d0c9b8a7766.2Jm1…", "preset": "github", "registered": false,
    "suspect": false, "secrets": 1, "secret": "shown once", "created_at": "2026-01-14T10:15:30.123456Z" }))]
pub struct WebhookView<'a> {
    id: WebhookId,
    /// Where the sender is to send to.
    url: &'a str,
    #[schema(inline)]
    preset: WebhookPreset,
    /// Whether the service has said that it sends there; otherwise you enter address and secret there.
    registered: bool,
    /// Whether many deliveries were refused of late.
    suspect: bool,
    /// How many secrets count.
    secrets: usize,
    /// Where it was made here for you to hand over, once; that of Notion, which wants it back, for an hour.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    secret: Option<&'a str>,
    created_at: Timestamp,
}

impl<'a> From<&'a ShownWebhook> for WebhookView<'a> {
    fn from(shown: &'a ShownWebhook) -> Self {
        let ShownWebhook { webhook, url, registered, suspect, secret } = shown;
        Self {
            id: webhook.id,
            url,
            preset: webhook.preset,
            registered: *registered,
            suspect: *suspect,
            secrets: webhook.secrets,
            secret: secret.as_ref().map(ExposeSecret::expose_secret),
            created_at: webhook.created_at,
        }
    }
}
