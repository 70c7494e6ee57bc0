//! What callers send of channels.

use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    given::{ChannelUrl, EmailAddress, GivenAddress, NewChannel, Subscription, SubscriptionKeys},
    model::{Channel, ChannelName, ChannelPatch, Topics},
};
use crate::{
    kernel::{Ctx, Nullable, Owner, Result, UserId, nullable::given},
    outbound::channels::ChannelKind,
    web::{Change, Field, Whose},
};

/// A channel to be made: with `url` for slack, teams and webhook, `address` for email, `subscription` for push.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({ "kind": "webhook", "url": "https://hooks.example.org/avanochi", "name": "Home",
    "events": ["nudges", "sync"], "user_id": "0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b" }))]
pub struct CreateChannelBody {
    #[schema(value_type = ChannelKind, inline)]
    kind: Field<ChannelKind>,
    #[schema(value_type = Option<ChannelUrl>)]
    url: Option<Field<ChannelUrl>>,
    #[schema(value_type = Option<EmailAddress>)]
    address: Option<Field<EmailAddress>>,
    subscription: Option<SubscriptionBody>,
    #[schema(value_type = Option<ChannelName>)]
    name: Option<Field<ChannelName>>,
    /// All of them, when left out; for email `risk` and `sync`.
    events: Option<Topics>,
    /// You, when it is said.
    #[schema(value_type = Option<UserId>)]
    user_id: Option<Field<Whose<Channel>>>,
}

/// A subscription as the browser gives it; what else it has in it is ignored.
#[derive(Deserialize, ToSchema)]
struct SubscriptionBody {
    endpoint: String,
    keys: SubscriptionKeysBody,
}

#[derive(Deserialize, ToSchema)]
struct SubscriptionKeysBody {
    p256dh: String,
    auth: String,
}

impl CreateChannelBody {
    /// Errors: `Forbidden` for anybody else.
    pub fn owner(&self, ctx: &Ctx) -> Result<Owner> {
        Whose::alone(self.user_id.as_ref(), ctx)
    }

    /// Errors: `InvalidField`.
    pub fn new_channel(self) -> Result<NewChannel> {
        let kind = self.kind.0;
        let subscription = self.subscription.map(|SubscriptionBody { endpoint, keys }| {
            let SubscriptionKeysBody { p256dh, auth } = keys;
            Subscription { endpoint, keys: SubscriptionKeys { p256dh, auth } }
        });
        let (url, email) = (self.url.map(|field| field.0), self.address.map(|field| field.0));
        Ok(NewChannel {
            kind,
            name: self.name.map(|field| field.0),
            events: self.events.unwrap_or_else(|| Topics::usual(kind)),
            address: GivenAddress { url, email, subscription }.of(kind)?,
        })
    }
}

/// What to change of a channel. Another address is another channel.
#[derive(Default, Deserialize, ToSchema)]
#[schema(example = json!({ "name": "Work", "events": ["sync"], "enabled": true }))]
pub struct UpdateChannelBody {
    /// Null takes it away.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<ChannelName>)]
    name: Option<Nullable<Field<ChannelName>>>,
    /// Null puts the usual ones back.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Topics>)]
    events: Option<Nullable<Topics>>,
    #[serde(default)]
    #[schema(value_type = bool, required = false)]
    enabled: Change<bool>,
}

impl UpdateChannelBody {
    pub fn patch(self) -> ChannelPatch {
        ChannelPatch {
            name: self.name.map(|Nullable(name)| name.map(|field| field.0)),
            events: self.events.map(|Nullable(events)| events),
            enabled: self.enabled.0,
        }
    }
}
