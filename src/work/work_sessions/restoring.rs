//! Undoing the latest change of a session.

use uuid::Uuid;

use super::{booking, model::WorkSession, service::WorkSessionService};
use crate::{
    kernel::{Code, Error, Owner, Precondition, Result},
    ledger::Decision,
};

impl WorkSessionService {
    /// Makes a session that was under way what it was before the operation `undone`, if that was its latest: it is under way again.
    /// Errors: `NotFound`, `StaleEtag`, `ActiveSessionExists`, `SessionsOverlap`.
    pub async fn restore(&self, owner: Owner, before: &WorkSession, undone: Uuid) -> Result<()> {
        let expected = &Precondition::OneOf(vec![undone]);
        self.ledger
            .run(owner, |change| {
                Box::pin(async move {
                    let read = change.load::<WorkSession>(&before.id.to_string(), expected).await?;
                    if read.value.end.is_some() {
                        if booking::active(&change.summary)?.is_some() {
                            return Err(Error::new(Code::ActiveSessionExists, "Active session already exists"));
                        }
                        if let Some(other) = self.repo.overlapping(owner, before.times(), Some(before.id)).await? {
                            return Err(Error::new(
                                Code::SessionsOverlap,
                                format!("It would overlap the work session {}", other.id),
                            ));
                        }
                    }
                    let now = change.now();
                    booking::keep(&mut change.summary, before, Some(now))?;
                    booking::trace(change, Some(&read.value), Some(before))?;
                    change.replace(before, &read)?;
                    change.touch();
                    Ok(Decision::Write(()))
                })
            })
            .await
    }
}
