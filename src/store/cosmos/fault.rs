//! What the errors of the service and of its client mean to the store.

use azure_data_cosmos::{CosmosError, diagnostics::DiagnosticsContext};

use crate::store::StoreError;

/// What an attempt ends in when it does not succeed.
#[derive(Debug)]
pub enum Failure {
    /// The service or its client said so; not yet a verdict, since a refused key is asked for again.
    Service(CosmosError),
    Verdict(StoreError),
}

impl Failure {
    /// Whether the service does not take the key or token that it was shown.
    pub fn is_refused_key(&self) -> bool {
        matches!(self, Self::Service(error) if error.status().is_unauthorized())
    }

    /// Tells whoever reads the log what to look at when asking for the key again has not helped.
    pub fn explained(self) -> Self {
        match self {
            Self::Service(error) if error.status().is_unauthorized() => {
                let hint = "the account refuses COSMOS_DB_PRIMARY_KEY, or the identity's token when no key is set";
                Self::Verdict(StoreError::Unavailable(anyhow::Error::from(error).context(hint)))
            }
            other => other,
        }
    }
}

impl From<CosmosError> for Failure {
    fn from(error: CosmosError) -> Self {
        Self::Service(error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Verdict(error)
    }
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Verdict(error) => error,
            Failure::Service(error) => verdict(u16::from(error.status().status_code()), error.into()),
        }
    }
}

/// What a status means that no caller expects.
pub fn verdict(status: u16, error: anyhow::Error) -> StoreError {
    match status {
        413 => StoreError::TooLarge,
        // Throttled, timed out, moved, failing; or a key, a role or a container that is missing until somebody
        // provides it. None of it says anything of the data, and all of it can be over at the next call.
        401 | 403 | 404 | 408 | 410 | 429 | 449 | 500.. => StoreError::Unavailable(error),
        _ => StoreError::Broken(error),
    }
}

/// Whether one of the requests before the last may have been carried out although its answer did not arrive: then
/// the last answer speaks of a document that this very operation may have written.
pub fn may_have_happened_before(diagnostics: Option<&DiagnosticsContext>) -> bool {
    let Some(diagnostics) = diagnostics else { return true };
    let all = diagnostics.requests();
    let requests: Vec<_> = all.iter().filter(|request| request.pipeline_type().is_data_plane()).collect();
    let Some((_, earlier)) = requests.split_last() else { return true };
    // A list that was shortened hides some of them.
    diagnostics.compaction().is_some()
        || earlier.iter().any(|request| {
            let refused = matches!(u16::from(request.status().status_code()), 401 | 403 | 404 | 410 | 429 | 449);
            !refused && request.request_sent().may_have_been_sent()
        })
}
