//! Decides what is told of what happened: whenever a nudge, an achievement or a connection has changed. It is written in one commit
//! that something is told, and to whom.

use std::collections::BTreeMap;

use super::{
    decide::{KNOWN_BACK, Known, LOOK_BACK},
    model::Notification,
    repo,
    service::{NotificationService, due_by},
};
use crate::{
    accounts::settings::model::Settings,
    interaction::channels::{
        announcer::Announcer as _,
        model::Channel,
        repo::{self as channels, CHANNELS},
    },
    kernel::{Code, Ctx, Owner, Result},
    ledger::{Decision, Transaction},
    progress::standing::Achievements,
    store::Partition,
};

impl NotificationService {
    /// Decides what is to be told now. A repetition writes nothing. Errors: none for a user who is gone.
    pub(super) async fn follow(&self, ctx: &Ctx, owner: Owner) -> Result<()> {
        // Whoever has no channel is told on the page alone.
        let summary = self.ledger.read(owner.id()).await?;
        if summary.is_none_or(|summary| summary.counts.get(CHANNELS) == 0) {
            return Ok(());
        }
        match self.ledger.run(owner, |change| Box::pin(self.decide(change, owner))).await {
            Ok(true) => {
                self.hasten(ctx, owner).await;
                Ok(())
            }
            Err(error) if error.code() != Code::NotFound => Err(error),
            Ok(false) | Err(_) => Ok(()),
        }
    }

    /// Whether something was decided.
    async fn decide(&self, change: &mut Transaction<'_>, owner: Owner) -> Result<Decision<bool>> {
        let (ledger, now) = (&self.ledger, change.now());
        let stored: Vec<_> = channels::all(ledger, owner).await?;
        let channels: Vec<Channel> = stored.into_iter().map(|read| read.value).collect();
        let told = repo::since(ledger, owner, now.minus(KNOWN_BACK)).await?;
        let (before, read): (Vec<Notification>, Vec<_>) = told.into_iter().map(|read| (read.value.clone(), read)).unzip();
        let earned = ledger.collection::<Achievements>().get(Partition::of(owner.id()), owner.id().to_string()).await?;
        let known = Known {
            user: owner.id(),
            language: Settings::of(&change.summary)?.language,
            days: change.summary.day_rule(),
            hours: self.hours(owner, &change.summary, now).await?,
            channels: &channels,
            nudges: &repo::nudges_since(ledger, owner, now.minus(LOOK_BACK)).await?,
            earned: &earned.map_or_else(BTreeMap::new, |read| read.value.earned),
            connections: &repo::connections(ledger, owner).await?,
            told: &before,
        };
        let decided = known.decide();
        for notification in &decided {
            let former = read.iter().find(|read| read.value.id == notification.id);
            change.put(notification, former)?;
            due_by(change, notification.next());
        }
        Ok(if decided.is_empty() { Decision::Keep(false) } else { Decision::Write(true) })
    }
}
