//! What callers send of webhooks.

use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    model::WebhookPreset,
    service::{NewSecret, NewWebhook},
};
use crate::web::Field;

/// A webhook to be made.
#[derive(Default, Deserialize, ToSchema)]
#[schema(example = json!({ "preset": "github" }))]
pub struct CreateWebhookBody {
    /// How its deliveries are verified; that of the service, when left out.
    #[serde(default)]
    #[schema(value_type = Option<WebhookPreset>, inline)]
    preset: Option<Field<WebhookPreset>>,
    /// What it signs with, when the sender makes that; else it is made here. For `discord` the public key, for `google_pubsub` the
    /// e-mail address of the account that signs.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 8, max_length = 512)]
    secret: Option<SecretString>,
}

impl CreateWebhookBody {
    pub fn new_webhook(self) -> NewWebhook {
        NewWebhook { preset: self.preset.map(|Field(preset)| preset), secret: self.secret }
    }
}

/// Another secret of a webhook.
#[derive(Default, Deserialize, ToSchema)]
#[schema(example = json!({ "secret": "what the sender made" }))]
pub struct AddSecretBody {
    /// It is made here when left out.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 8, max_length = 512)]
    secret: Option<SecretString>,
}

impl AddSecretBody {
    pub fn new_secret(self) -> NewSecret {
        NewSecret(self.secret)
    }
}
