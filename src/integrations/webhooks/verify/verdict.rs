//! What becomes of a request, and why.

use secrecy::SecretString;

/// What is to be done with a request.
#[derive(Debug)]
pub enum Verdict {
    Accept(Accepted),
    Handshake(Handshake),
    Reject(Reason),
}

/// A request from who it should come from.
#[derive(Debug, Default)]
pub struct Accepted {
    /// Which of the keys or tokens it was, where there are several: one that never is can be taken away.
    pub secret_index: Option<usize>,
    /// What tells it from another with the same body: the signed timestamp, or the number of a notification without a body.
    pub moment: Option<String>,
    /// The sender's id of it, the same when it is sent again. Mostly not signed.
    pub delivery: Option<String>,
    /// What the sender wants to read at once.
    pub answer: Option<Answer>,
}

/// A greeting, which says nothing of what happened at the sender's.
#[derive(Debug)]
pub struct Handshake {
    pub answer: Answer,
    /// The secret of what comes, to be kept.
    pub secret: Option<SecretString>,
}

impl Handshake {
    pub(super) const fn answered(answer: Answer) -> Self {
        Self { answer, secret: None }
    }
}

/// What a success says.
#[derive(Debug)]
pub enum Answer {
    Empty,
    /// Plain text, which no browser may take for anything else.
    Text(String),
    Json(&'static str),
    /// Nothing but a header.
    Header {
        name: &'static str,
        value: SecretString,
    },
}

/// Why a request is refused, for metrics and the audit trail; never for the sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    MissingHeader,
    DuplicateHeader,
    MalformedTimestamp,
    TimestampStale,
    TimestampFuture,
    MalformedSignature,
    EmptyBody,
    MalformedBody,
    SignatureMismatch,
    MissingToken,
    AlgNotAllowed,
    CritNotAllowed,
    /// No key has that name; newly fetched ones may have.
    UnknownKid,
    TokenExpired,
    TokenNotYetValid,
    WrongIssuer,
    WrongAudience,
    WrongClaim,
    TokenMismatch,
    ClientStateMismatch,
}

impl Reason {
    pub const fn name(self) -> &'static str {
        match self {
            Self::MissingHeader => "missing_header",
            Self::DuplicateHeader => "duplicate_header",
            Self::MalformedTimestamp => "malformed_timestamp",
            Self::TimestampStale => "timestamp_stale",
            Self::TimestampFuture => "timestamp_future",
            Self::MalformedSignature => "malformed_signature",
            Self::EmptyBody => "empty_body",
            Self::MalformedBody => "malformed_body",
            Self::SignatureMismatch => "signature_mismatch",
            Self::MissingToken => "missing_token",
            Self::AlgNotAllowed => "alg_not_allowed",
            Self::CritNotAllowed => "crit_not_allowed",
            Self::UnknownKid => "unknown_kid",
            Self::TokenExpired => "token_expired",
            Self::TokenNotYetValid => "token_not_yet_valid",
            Self::WrongIssuer => "wrong_issuer",
            Self::WrongAudience => "wrong_audience",
            Self::WrongClaim => "wrong_claim",
            Self::TokenMismatch => "token_mismatch",
            Self::ClientStateMismatch => "client_state_mismatch",
        }
    }
}
