//! What is done about a work session that goes on for long: in the end it is taken for forgotten.

use std::time::Duration;

use chrono::NaiveDate;

use super::{
    booking,
    model::{EndedBy, WorkSession},
    review::{self, Verdict},
    service::{WorkSessionService, break_after, close, keep_active},
};
use crate::{
    kernel::{Ctx, Owner, Result},
    ledger::{Decision, Transaction},
};

/// How long a user usually works on a date.
pub type Usual<'a> = dyn Fn(NaiveDate) -> Option<Duration> + Sync + 'a;

impl WorkSessionService {
    /// Ends a session that was forgotten. `usual`: how long the user usually works on a date, if that is known. A repetition
    /// does nothing. Errors: `NotFound` when there is no such user.
    pub async fn review(&self, _ctx: &Ctx, owner: Owner, usual: &Usual<'_>) -> Result<()> {
        self.ledger
            .run(owner, |change| {
                Box::pin(async move {
                    let Some(active) = booking::active(&change.summary)? else { return Ok(Decision::Keep(())) };
                    let session = active.session(owner.id())?;
                    let heartbeat = if active.heartbeats {
                        self.repo.heartbeat(owner, session.id).await?.map(|read| read.value.at)
                    } else {
                        None
                    };
                    let last_sign = active.last_sign.max(heartbeat);
                    let usual = usual(change.summary.date_at(session.start_time));
                    match review::judge(&session, last_sign, usual, change.now()) {
                        Verdict::Leave => leave(change, &session),
                        Verdict::End(at) => {
                            let read = self.repo.get(owner, session.id).await?.filter(|read| read.value.end.is_none());
                            // Only damage leaves a summary that knows of a session which is not under way.
                            let Some(read) = read else { return Ok(Decision::Keep(())) };
                            let ended = read.value.ended(at, change.summary.day_rule(), EndedBy::Sweep);
                            let ended = ended.with_breaks_after(break_after(&change.summary)?);
                            close(change, &ended)?;
                            booking::trace(change, Some(&read.value), Some(&ended))?;
                            change.replace(&ended, &read)?;
                            Ok(Decision::Write(()))
                        }
                    }
                })
            })
            .await
    }
}

/// Nothing is to be done now. The work may have been put off after a failure, so it is made due when it should be.
fn leave(change: &mut Transaction<'_>, session: &WorkSession) -> Result<Decision<()>> {
    let before = change.summary.due.clone();
    keep_active(&mut change.summary, session, None)?;
    Ok(if change.summary.due == before { Decision::Keep(()) } else { Decision::Write(()) })
}
