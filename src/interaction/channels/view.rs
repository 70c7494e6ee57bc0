//! Channels as callers see them.

use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use utoipa::ToSchema;

use super::model::{Channel, ChannelId, ChannelName, Problem, Topics};
use crate::{
    kernel::{Result, Timestamp, UserId},
    outbound::channels::{ChannelKind, ChannelProblem},
    texts, web,
};

/// Why a channel is off.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChannelProblemView {
    #[schema(inline)]
    code: ChannelProblem,
    /// The stable name of the text.
    key: String,
    /// In the language that the settings had when it was switched off.
    text: String,
}

impl From<&Problem> for ChannelProblemView {
    fn from(problem: &Problem) -> Self {
        let key = format!("channel_{}", problem.code.name());
        Self { code: problem.code, text: texts::text(problem.language, &key, &[]), key }
    }
}

/// Where somebody is reached, and of what.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({ "id": "0193c7a8-9d1c-7e44-b5a0-3f2e1d0c9b8a", "user_id": "0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b",
    "kind": "webhook", "name": "Home", "address": "hooks.example.org",
    "events": ["nudges", "summaries", "achievements", "risk", "sync"], "verified": true, "enabled": true, "failing_since": null,
    "problem": null, "created_at": "2026-01-14T10:15:30.123456Z" }))]
pub struct ChannelView<'a> {
    id: ChannelId,
    user_id: UserId,
    #[schema(inline)]
    kind: ChannelKind,
    name: Option<&'a ChannelName>,
    /// As much of it as is shown: `a…@example.org`, or the host alone.
    address: &'a str,
    events: &'a Topics,
    /// Until then nothing goes there but what verifies it.
    verified: bool,
    enabled: bool,
    /// The first failure after the last success.
    failing_since: Option<Timestamp>,
    /// Why it is off, unless the person switched it off.
    problem: Option<ChannelProblemView>,
    created_at: Timestamp,
}

impl<'a> From<&'a Channel> for ChannelView<'a> {
    fn from(of: &'a Channel) -> Self {
        Self {
            id: of.id,
            user_id: of.user_id,
            kind: of.kind,
            name: of.name.as_ref(),
            address: &of.address,
            events: &of.events,
            verified: of.verified,
            enabled: of.enabled,
            failing_since: of.failing_since,
            problem: of.problem.as_ref().map(ChannelProblemView::from),
            created_at: of.created_at,
        }
    }
}

/// Shows a stored channel.
pub fn render(body: &str) -> Result<Box<RawValue>> {
    web::render(body, |channel: &Channel| to_raw_value(&ChannelView::from(channel)))
}

/// A channel that was made.
#[derive(Serialize, ToSchema)]
pub struct MadeChannelView<'a> {
    #[serde(flatten)]
    channel: ChannelView<'a>,
    /// What the messages of a webhook are signed with: shown here, once, and never again.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    secret: Option<&'a str>,
}

impl<'a> MadeChannelView<'a> {
    pub fn of(channel: &'a Channel, secret: Option<&'a SecretString>) -> Self {
        Self { channel: channel.into(), secret: secret.map(ExposeSecret::expose_secret) }
    }
}

/// A kind of channels.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({ "kind": "webhook", "available": true }))]
pub struct ChannelKindView {
    #[schema(inline)]
    pub kind: ChannelKind,
    /// Whether it is set up here.
    pub available: bool,
    /// What browsers subscribe with; of push alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub push_key: Option<String>,
}
