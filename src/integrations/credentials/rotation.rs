//! Another key of the program: whatever is sealed is put under it, document by document.

use super::{envelope::Rewrapping, keyring::Keyring};
use crate::{
    kernel::{IdSource, Limit, PageRequest, Result, Timestamp, UserId},
    store::{Batch, Collection, Entity, Partition, Span, StoreError, Stored, collection},
};

/// What became of secrets that were to be put under another key.
#[derive(Debug, Default)]
pub struct Rotated {
    /// How many are under the key that seals now and were not before.
    pub sealed: usize,
    /// How many no key opens: they have to be given anew.
    pub lost: usize,
}

/// A document in its owner's partition that has something sealed in it.
pub trait Rewrapped: Entity {
    fn user_id(&self) -> UserId;

    /// The same under the key that seals now; `None` when it is already.
    fn rewrapped(&self, ring: &Keyring) -> Result<Option<Self>, Rewrapping>
    where
        Self: Sized;
}

/// Puts everybody's secrets of a kind under the key that seals now. What no key opens is left as it is, and counted. Errors: after any,
/// it can be done again.
pub async fn rotate<T: Rewrapped>(
    documents: &Collection<T>,
    ring: &Keyring,
    ids: &dyn IdSource,
    now: Timestamp,
) -> Result<Rotated> {
    let mut rotated = Rotated::default();
    let mut page = Some(PageRequest::first(Limit::MAX));
    while let Some(wanted) = page {
        let read = documents.list_stored(None, None, Span::ALL, wanted).await?;
        for stored in read.items {
            rotate_one(documents, ring, ids, stored, now, &mut rotated).await?;
        }
        page = read.next.map(|after| PageRequest { limit: Limit::MAX, after: Some(after) });
    }
    Ok(rotated)
}

async fn rotate_one<T: Rewrapped>(
    documents: &Collection<T>,
    ring: &Keyring,
    ids: &dyn IdSource,
    stored: Stored<T>,
    now: Timestamp,
    rotated: &mut Rotated,
) -> Result<()> {
    let mut found = Some(stored);
    while let Some(stored) = found {
        let partition = Partition::of(stored.value.user_id());
        match stored.value.rewrapped(ring) {
            Ok(None) => break,
            Ok(Some(sealed)) => {
                let write = collection::replace(&sealed, 0, &stored.etag)?;
                match documents.store().commit(Batch::new(partition.clone(), ids.next(now)).with(write)).await {
                    Ok(_) => {
                        rotated.sealed += 1;
                        break;
                    }
                    Err(StoreError::Stale(_)) => {}
                    Err(other) => return Err(other.into()),
                }
            }
            Err(Rewrapping::CannotOpen(_)) => {
                rotated.lost += 1;
                break;
            }
            Err(Rewrapping::Failed(error)) => return Err(error),
        }
        found = documents.get(partition, stored.value.document_id()).await?;
    }
    Ok(())
}
