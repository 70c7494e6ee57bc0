//! An answer while it comes.

use std::{error::Error, time::Duration};

use reqwest::{Response, header::HeaderMap};

use super::{
    answer::{Answer, retry_after},
    policy::NotAllowed,
    request::Effect,
};
use crate::{kernel::Timestamp, outbound::providers::Failure};

/// The largest body that is read, after it was decompressed.
pub const MOST_BYTES: usize = 8 << 20;

/// The head of an answer, and what its body comes from.
#[derive(Debug)]
pub struct Arriving {
    pub status: u16,
    pub headers: HeaderMap,
    response: Response,
    effect: Effect,
}

impl Arriving {
    pub(super) fn of(mut response: Response, effect: Effect) -> Self {
        let (status, headers) = (response.status().as_u16(), std::mem::take(response.headers_mut()));
        Self { status, headers, response, effect }
    }

    /// How long its head asks to wait before the next request.
    pub fn retry_after(&self, now: Timestamp) -> Option<Duration> {
        retry_after(&self.headers, now)
    }

    /// The next piece of the body, wherever it was cut; `None` at the end. Errors: `Unreachable`, `Unknown`.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, Failure> {
        let piece = self.response.chunk().await.map_err(|error| failed(&error, self.effect))?;
        Ok(piece.map(Vec::from))
    }

    /// All of it. Errors: as those of [`super::Outgoing::send`].
    pub async fn whole(mut self) -> Result<Answer, Failure> {
        let mut body = Vec::new();
        while let Some(piece) = self.next().await? {
            if body.len() + piece.len() > MOST_BYTES {
                return Err(self.effect.unless_written(Failure::Malformed));
            }
            body.extend_from_slice(&piece);
        }
        Ok(Answer { status: self.status, headers: self.headers, body, effect: self.effect })
    }
}

pub(super) fn failed(error: &reqwest::Error, effect: Effect) -> Failure {
    let mut causes = std::iter::successors(error.source(), |cause| (*cause).source());
    if causes.any(<dyn Error>::is::<NotAllowed>) {
        return Failure::AddressNotAllowed;
    }
    // Nothing was sent without a connection, nor by a request that could not be made.
    if error.is_connect() || error.is_builder() {
        return Failure::Unreachable;
    }
    effect.unless_written(Failure::Unreachable)
}
