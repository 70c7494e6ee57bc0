//! What is kept of a request with an `Idempotency-Key`, so that its repetition is recognised.

use std::time::Duration;

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::value::RawValue;

use crate::{
    kernel::{Code, Error, IdempotencyKey, Result, Timestamp},
    store::{Collection, Entity, Partition},
};

/// How long a key is remembered.
const IDEMPOTENCY_KEY_TTL: Duration = Duration::from_hours(24);

/// The record of one key: written in the batch of the thing that was created, so that there are both or neither.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Record {
    id: String,
    fingerprint: String,
    expires_at: Timestamp,
    /// What was created, as it was then: the answer is made from it, and so is the same each time.
    made: Box<RawValue>,
}

impl Record {
    pub fn new<T: Serialize>(key: &IdempotencyKey, made: &T, now: Timestamp) -> Result<Self> {
        Ok(Self {
            id: key.record_id.clone(),
            fingerprint: key.fingerprint.clone(),
            expires_at: now.plus(IDEMPOTENCY_KEY_TTL),
            made: serde_json::value::to_raw_value(made).map_err(Error::internal)?,
        })
    }

    /// What the first request made. Errors: `IdempotencyKeyReused` when that was another request.
    pub fn answer<T: DeserializeOwned>(&self, key: &IdempotencyKey) -> Result<T> {
        if self.fingerprint != key.fingerprint {
            return Err(Error::new(Code::IdempotencyKeyReused, "This Idempotency-Key was used for another request"));
        }
        serde_json::from_str(self.made.get()).map_err(Error::internal)
    }
}

impl super::Counted for Record {}

impl Entity for Record {
    const KIND: &'static str = "idempotency_keys";

    fn document_id(&self) -> String {
        self.id.clone()
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.expires_at)
    }
}

/// The answer to an earlier delivery of the same request, if there was one.
pub async fn replay<T: DeserializeOwned>(
    records: &Collection<Record>,
    partition: Partition,
    key: Option<&IdempotencyKey>,
) -> Result<Option<T>> {
    let Some(key) = key else { return Ok(None) };
    let found = records.get(partition, key.record_id.as_str()).await?;
    found.map(|record| record.value.answer(key)).transpose()
}
