//! One error for all domains: what it means, a stable code, a sentence for a person. The cause is kept for the log
//! alone; which HTTP status a meaning becomes is decided in `web`.

use std::{borrow::Cow, time::Duration};

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, in the terms of no particular transport.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Meaning {
    /// The input cannot be used as it is.
    Invalid,
    /// The caller is not known.
    Unauthenticated,
    /// The caller is known and may not.
    Forbidden,
    NotFound,
    /// It was here.
    Gone,
    MethodNotAllowed,
    /// The peer was too slow to finish its request.
    RequestTimeout,
    /// It contradicts what exists.
    Conflict,
    /// What exists is not what the caller believes.
    PreconditionFailed,
    TooLarge,
    UnsupportedMediaType,
    /// Well formed, but contradicts an earlier request.
    Unprocessable,
    /// Too many attempts.
    Throttled,
    /// Not now: the same call may succeed later.
    Unavailable,
    /// A defect or damaged data.
    Internal,
}

macro_rules! codes {
    ($($variant:ident = $text:literal, $meaning:ident;)+) => {
        /// The stable codes that callers may decide on; the one table of them.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code { $($variant),+ }

        impl Code {
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            pub const fn meaning(self) -> Meaning {
                match self { $(Self::$variant => Meaning::$meaning),+ }
            }
        }
    };
}

codes! {
    InvalidJson = "invalid_json", Invalid;
    InvalidField = "invalid_field", Invalid;
    InvalidParameter = "invalid_parameter", Invalid;
    InvalidCursor = "invalid_cursor", Invalid;
    OauthState = "oauth_state", Invalid;
    AddressNotAllowed = "address_not_allowed", Invalid;
    MissingUserId = "missing_user_id", Invalid;
    MissingTaskId = "missing_task_id", Invalid;
    UnsupportedAction = "unsupported_action", Invalid;
    ActiveSessionExists = "active_session_exists", Invalid;
    Unauthorized = "unauthorized", Unauthenticated;
    InvalidCredentials = "invalid_credentials", Unauthenticated;
    Forbidden = "forbidden", Forbidden;
    NotFound = "not_found", NotFound;
    Gone = "gone", Gone;
    ConfirmationExpired = "confirmation_expired", Gone;
    MethodNotAllowed = "method_not_allowed", MethodNotAllowed;
    RequestTimeout = "request_timeout", RequestTimeout;
    UsernameTaken = "username_taken", Conflict;
    SessionActive = "session_active", Conflict;
    SessionEnded = "session_ended", Conflict;
    SessionsOverlap = "sessions_overlap", Conflict;
    TimeOffOverlaps = "time_off_overlaps", Conflict;
    TooManyPauses = "too_many_pauses", Conflict;
    TooManyEdits = "too_many_edits", Conflict;
    TaskCompleted = "task_completed", Conflict;
    RestsOverlap = "rests_overlap", Conflict;
    RestActive = "rest_active", Conflict;
    TooManyEntries = "too_many_entries", Conflict;
    AlreadyAnswered = "already_answered", Conflict;
    AlreadyConnected = "already_connected", Conflict;
    TooManyConnections = "too_many_connections", Conflict;
    NotRunning = "not_running", Conflict;
    NoWebhooks = "no_webhooks", Conflict;
    TooManyWebhooks = "too_many_webhooks", Conflict;
    ChannelExists = "channel_exists", Conflict;
    TooManyChannels = "too_many_channels", Conflict;
    NotLinked = "not_linked", Conflict;
    NotVerified = "not_verified", Conflict;
    ProviderRefused = "provider_refused", Conflict;
    StaleEtag = "stale_etag", PreconditionFailed;
    BodyTooLarge = "body_too_large", TooLarge;
    UnsupportedMediaType = "unsupported_media_type", UnsupportedMediaType;
    IdempotencyKeyReused = "idempotency_key_reused", Unprocessable;
    TooManyAttempts = "too_many_attempts", Throttled;
    Busy = "busy", Unavailable;
    NotConfigured = "not_configured", Unavailable;
    ProviderUnavailable = "provider_unavailable", Unavailable;
    StoreUnavailable = "store_unavailable", Unavailable;
    InternalError = "internal_error", Internal;
}

/// An error as it travels from where it arose to an edge.
#[derive(Debug, thiserror::Error)]
#[error("{}: {message}", code.as_str())]
pub struct Error {
    code: Code,
    message: Cow<'static, str>,
    field: Option<Cow<'static, str>>,
    index: Option<usize>,
    status: Option<&'static str>,
    retry_after: Option<Duration>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// An error with a sentence that its reader may see.
    pub fn new(code: Code, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, message: message.into(), field: None, index: None, status: None, retry_after: None, source: None }
    }

    pub fn not_found(what: &'static str) -> Self {
        Self::new(Code::NotFound, format!("{what} not found"))
    }

    pub fn unauthorized() -> Self {
        Self::new(Code::Unauthorized, "Unauthorized")
    }

    pub fn forbidden() -> Self {
        Self::new(Code::Forbidden, "You may not access the data of another user")
    }

    /// A field of the input breaks a rule; `message` names the field and the rule, not the value.
    pub fn invalid_field(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Code::InvalidField, message)
    }

    /// A defect or damaged data; the reader is told nothing more, the log gets `source`.
    pub fn internal(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::new(Code::InternalError, "Something went wrong on our side").caused_by(source)
    }

    /// Something we need does not answer now.
    pub fn unavailable(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::new(Code::StoreUnavailable, "The service cannot reach its data right now; try again shortly")
            .after(Duration::from_secs(2))
            .caused_by(source)
    }

    /// More is asked at once than can be done.
    pub fn busy() -> Self {
        Self::new(Code::Busy, "The service is busy; try again shortly").after(Duration::from_secs(1))
    }

    /// Names the field that is at fault, a nested one by its path such as `work_hours.end`.
    #[must_use]
    pub fn about(mut self, field: impl Into<Cow<'static, str>>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// Names the operation that is at fault among several, counted from 0.
    #[must_use]
    pub fn at_index(mut self, index: usize) -> Self {
        self.index = Some(index);
        self
    }

    /// Names the state that something is in and that forbids it.
    #[must_use]
    pub fn with_status(mut self, status: &'static str) -> Self {
        self.status = Some(status);
        self
    }

    /// When it makes sense to try again.
    #[must_use]
    pub fn after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    #[must_use]
    pub fn caused_by(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    pub fn code(&self) -> Code {
        self.code
    }

    pub fn meaning(&self) -> Meaning {
        self.code.meaning()
    }

    /// Whether the same call may succeed later: what decides between another try and a dead letter.
    pub fn retryable(&self) -> bool {
        matches!(self.meaning(), Meaning::Unavailable | Meaning::Throttled | Meaning::RequestTimeout)
    }

    pub fn message(&self) -> &str {
        &self.message
    }

    /// The field that is at fault, if one is.
    pub fn field(&self) -> Option<&str> {
        self.field.as_deref()
    }

    /// The operation that is at fault among several.
    pub fn index(&self) -> Option<usize> {
        self.index
    }

    /// The state that something is in and that forbids it.
    pub fn status(&self) -> Option<&'static str> {
        self.status
    }

    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// The whole chain of causes on one line, for the log.
    pub fn chain(&self) -> String {
        let mut text = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            text.push_str(": ");
            text.push_str(&error.to_string());
            cause = error.source();
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_snake_case() {
        let mut seen = std::collections::HashSet::new();
        for code in Code::ALL {
            let text = code.as_str();
            assert!(seen.insert(text), "{text} twice");
            assert!(text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{text}");
        }
    }

    #[test]
    fn the_cause_is_in_the_chain_and_not_in_the_message() {
        let error = Error::internal("disk sector 7");
        assert!(error.chain().contains("disk sector 7"));
        assert!(!error.message().contains("sector"));
    }
}
