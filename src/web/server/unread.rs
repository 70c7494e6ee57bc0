//! What a handler has left of a request's body, and how it is read, so that the connection can go on with the next request.

use std::time::Duration;

use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};

/// How many bytes of the rest are read.
const DRAIN_LIMIT: u64 = 64 * 1024;
/// How long the answer waits for them.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(1);

/// What a handler has left of a body.
#[derive(Debug)]
pub enum Unread {
    Rest(Incoming),
    /// The peer waits to be asked for the body, which it now never is.
    NeverAskedFor,
}

impl Unread {
    /// Reads the rest and throws it away; whether that was all of it.
    pub async fn drain(self) -> bool {
        let Self::Rest(mut rest) = self else { return false };
        if rest.size_hint().lower() > DRAIN_LIMIT {
            return false;
        }
        let all = async {
            let mut left = DRAIN_LIMIT;
            while let Some(frame) = rest.frame().await {
                let length = frame.map_or(u64::MAX, |frame| frame.data_ref().map_or(0, |data| data.len() as u64));
                match left.checked_sub(length) {
                    Some(less) => left = less,
                    None => return false,
                }
            }
            true
        };
        tokio::time::timeout(DRAIN_TIMEOUT, all).await.unwrap_or(false)
    }
}
