//! What a connection knows of its sender.

use std::{collections::BTreeMap, time::Duration};

use super::{
    jwt::TokenRules,
    keys::{Key, Keys},
};

/// What requests are held against, beside the preset.
#[derive(Debug, Default)]
pub struct Config {
    pub secrets: Keys,
    /// Ed25519 keys.
    pub public_keys: Keys,
    /// The address that the sender was given, letter by letter, for those who sign it. Never that of the request, which a
    /// host in between may have rewritten.
    pub url: Option<String>,
    /// How far from now the time of a signature may be, where it should differ from the preset's.
    pub tolerance: Option<Duration>,
    /// Whether SHA-1 will do where the sender has something better.
    pub allow_legacy_sha1: bool,
    /// Whether we are waiting for the sender to hand over its secret: Asana while our call that creates the webhook is in
    /// flight, Notion until the webhook was verified.
    pub handshake: bool,
    /// The texts that subscriptions or channels bring back, by their ids.
    pub tokens: BTreeMap<String, Key>,
    pub jwt: TokenRules,
    /// Whether notifications of Graph must have tokens, as those with data do.
    pub rich: bool,
}
