//! A request to another service.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use reqwest::{
    Method,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue},
};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use url::Url;

use crate::outbound::providers::Failure;

/// What comes of a request that is sent twice, or whose answer is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    Reads,
    Writes,
}

impl Effect {
    /// `failure`, but of a request that writes only that nobody knows.
    pub fn unless_written(self, failure: Failure) -> Failure {
        match self {
            Self::Reads => failure,
            Self::Writes => Failure::Unknown,
        }
    }
}

/// Who named the address.
#[derive(Debug, Clone, Copy)]
pub(super) enum Origin {
    Operator,
    Person,
}

/// A request; it takes its address for one that a person gave unless told otherwise.
pub struct Request {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
    pub(super) body: Option<Vec<u8>>,
    pub(super) effect: Effect,
    pub(super) origin: Origin,
    pub(super) units: u32,
}

impl Request {
    pub fn new(effect: Effect, method: Method, url: Url) -> Self {
        Self { method, url, headers: HeaderMap::new(), body: None, effect, origin: Origin::Person, units: 1 }
    }

    /// The address begins with one that is named in the program's settings.
    #[must_use]
    pub fn to_the_operators(self) -> Self {
        Self { origin: Origin::Operator, ..self }
    }

    /// As how many requests the service counts it.
    #[must_use]
    pub fn counts_as(self, units: u32) -> Self {
        Self { units, ..self }
    }

    pub fn units(&self) -> u32 {
        self.units
    }

    pub fn effect(&self) -> Effect {
        self.effect
    }

    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// Errors: `Unauthorized` for a token that no header can have.
    pub fn bearer(self, token: &SecretString) -> Result<Self, Failure> {
        self.authorization(&format!("Bearer {}", token.expose_secret()))
    }

    /// With a name and a password.
    pub fn basic(self, name: &str, password: &SecretString) -> Result<Self, Failure> {
        self.authorization(&format!("Basic {}", STANDARD.encode(format!("{name}:{}", password.expose_secret()))))
    }

    fn authorization(self, value: &str) -> Result<Self, Failure> {
        let mut value = HeaderValue::from_str(value).map_err(|_| Failure::Unauthorized)?;
        value.set_sensitive(true);
        Ok(self.header(AUTHORIZATION, value))
    }

    #[must_use]
    pub fn body(mut self, content_type: &'static str, body: Vec<u8>) -> Self {
        self.body = Some(body);
        self.header(CONTENT_TYPE, HeaderValue::from_static(content_type))
    }

    /// Errors: `Malformed` for what JSON cannot say.
    pub fn json(self, body: &impl Serialize) -> Result<Self, Failure> {
        let body = serde_json::to_vec(body).map_err(|_| Failure::Malformed)?;
        Ok(self.body("application/json", body))
    }
}
