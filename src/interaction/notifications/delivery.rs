//! How a notification comes to one channel: a state machine, whose steps are a claim before anything is sent, and what is known
//! afterwards. Pure.
//!
//! Both are commits of their own. Whoever sends holds the claim; when it is over and nothing is known, the message may have been sent.
//! Where the receiver recognises a repetition it is sent again, and else never.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::event::{Event, Patience};
use crate::{
    choice,
    interaction::channels::model::{Channel, ChannelId},
    kernel::{Chance, Timestamp},
    outbound::channels::{ChannelKind, Outcome, Repetition},
};

/// How long whoever sends may take to say how it went.
pub const LEASE: Duration = Duration::from_mins(2);
/// Two messages of one channel are at least so far apart.
pub const APART: Duration = Duration::from_mins(1);
/// How long something waits that may wait.
const PATIENCE: Duration = Duration::from_hours(24);
/// How often something is tried again that a person waits for at this moment.
const RETRIES_OF_TESTS: usize = 2;

choice!(
    /// How a delivery stands.
    DeliveryState as "DeliveryState",
    Waiting = "waiting",
    Sent = "sent",
    /// Whether it arrived is not known, and it is not sent again.
    Unknown = "unknown",
    Failed = "failed",
    /// It was decided not to send it.
    Skipped = "skipped",
);

choice!(
    /// Why something is not sent.
    Skip as "SkipReason",
    QuietHours = "quiet_hours",
    Busy = "busy",
    TimeOff = "time_off",
    /// There were enough of its kind on the date.
    Budget = "budget",
    Unverified = "unverified",
    /// The channel is off, gone, or no longer told of it.
    Off = "off",
);

/// The right to send once, until an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    pub id: Uuid,
    pub until: Timestamp,
}

/// A notification on its way to one channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    pub channel_id: ChannelId,
    pub kind: ChannelKind,
    pub state: DeliveryState,
    /// Why it was skipped, or went wrong the last time: our own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    pub attempts: u32,
    /// Since when it stands so, or when it was last tried.
    pub at: Timestamp,
    /// While it waits: when it is to be sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim: Option<Claim>,
}

/// What else decides whether something may be sent now: until when it may not, where that is so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hours {
    pub now: Timestamp,
    pub quiet_until: Option<Timestamp>,
    pub busy_until: Option<Timestamp>,
    pub off_until: Option<Timestamp>,
}

/// What is known where a delivery is looked at.
pub struct Sight<'a> {
    pub event: Event,
    pub created_at: Timestamp,
    pub hours: &'a Hours,
    /// `None` for one that is gone.
    pub channel: Option<&'a Channel>,
    /// `None` where nothing carries messages of its kind any more.
    pub repetition: Option<Repetition>,
    /// When something was last sent to it.
    pub last_at: Option<Timestamp>,
}

/// What follows from a look.
#[derive(Debug, PartialEq, Eq)]
pub enum Look {
    /// Not yet.
    Nothing,
    /// It stands otherwise, and nothing is sent.
    Stands(Delivery),
    /// It is to be sent now, by whoever keeps this.
    Claimed(Delivery),
}

impl Delivery {
    /// One that waits.
    pub fn new(channel: &Channel, now: Timestamp, due: Timestamp) -> Self {
        let (channel_id, kind) = (channel.id, channel.kind);
        Self { channel_id, kind, state: DeliveryState::Waiting, reason: None, attempts: 0, at: now, due: Some(due), claim: None }
    }

    /// When it is to be looked at.
    pub fn next(&self) -> Option<Timestamp> {
        self.claim.map(|claim| claim.until).or(self.due)
    }

    /// Whether nothing of it was ever on its way.
    pub fn is_untried(&self) -> bool {
        self.attempts == 0
    }

    #[must_use]
    pub fn skipped(&self, why: Skip, now: Timestamp) -> Self {
        self.ended(DeliveryState::Skipped, Some(why.name().to_owned()), now)
    }

    fn ended(&self, state: DeliveryState, reason: Option<String>, now: Timestamp) -> Self {
        Self { state, reason, at: now, due: None, claim: None, ..self.clone() }
    }

    fn until(&self, due: Timestamp) -> Self {
        Self { due: Some(due), claim: None, ..self.clone() }
    }

    /// What is to be done about it now. `claim`: the id of a claim, if it comes to one.
    pub fn look(&self, sight: &Sight<'_>, claim: Uuid) -> Look {
        let now = sight.hours.now;
        if self.next().is_none_or(|next| next > now) {
            return Look::Nothing;
        }
        // Whoever held the claim has not come back.
        if self.claim.is_some() && sight.repetition != Some(Repetition::Recognised) {
            return Look::Stands(self.ended(DeliveryState::Unknown, None, now));
        }
        if let Some(why) = forbidden(sight) {
            return Look::Stands(self.skipped(why, now));
        }
        match hold(sight.event, sight.created_at, sight.hours) {
            Hold::Not => {}
            Hold::Until(at) => return Look::Stands(self.until(at)),
            Hold::Forever(why) => return Look::Stands(self.skipped(why, now)),
        }
        let next = sight.last_at.map(|last| last.plus(APART)).filter(|next| *next > now);
        if let Some(next) = next.filter(|_| sight.event.patience() != Patience::Asked) {
            return Look::Stands(self.until(next));
        }
        let claim = Some(Claim { id: claim, until: now.plus(LEASE) });
        Look::Claimed(Self { attempts: self.attempts + 1, at: now, due: None, claim, ..self.clone() })
    }

    /// How it stands once it is known how an attempt went; the same where that attempt does not hold the claim any more.
    #[must_use]
    pub fn settled(&self, claim: Uuid, outcome: &Outcome, terms: &Terms, now: Timestamp) -> Self {
        if self.claim.is_none_or(|held| held.id != claim) {
            return self.clone();
        }
        match outcome {
            Outcome::Sent => self.ended(DeliveryState::Sent, None, now),
            Outcome::Refused { reason } => self.ended(DeliveryState::Failed, Some(reason.to_string()), now),
            Outcome::Ended { problem } => self.ended(DeliveryState::Failed, Some(problem.name().to_owned()), now),
            Outcome::Unknown if terms.repetition == Repetition::Seen => self.ended(DeliveryState::Unknown, None, now),
            Outcome::Unknown => self.again("no_answer", None, terms, claim, now),
            Outcome::NotSent { reason, after } => self.again(reason, *after, terms, claim, now),
        }
    }

    /// Tried again after a while, or failed after the last attempt.
    fn again(&self, reason: &str, after: Option<Duration>, terms: &Terms, claim: Uuid, now: Timestamp) -> Self {
        let retry = usize::try_from(self.attempts.saturating_sub(1)).unwrap_or(usize::MAX);
        let allowed = if terms.event.patience() == Patience::Asked { RETRIES_OF_TESTS } else { usize::MAX };
        let Some(wait) = terms.retries.get(retry).filter(|_| retry < allowed) else {
            return self.ended(DeliveryState::Failed, Some(reason.to_owned()), now);
        };
        // Receivers that fail together are not asked together again.
        let percent = Chance::of(claim.as_u64_pair().1).within(80, 120);
        let wait = (*wait * percent / 100).max(after.unwrap_or_default().min(PATIENCE));
        Self { reason: Some(reason.to_owned()), at: now, ..self.until(now.plus(wait)) }
    }
}

/// By what an attempt is judged.
pub struct Terms {
    pub event: Event,
    pub repetition: Repetition,
    pub retries: &'static [Duration],
}

/// Why nothing is sent there, whatever the hour.
fn forbidden(sight: &Sight<'_>) -> Option<Skip> {
    let Some(channel) = sight.channel.filter(|_| sight.repetition.is_some()) else { return Some(Skip::Off) };
    let Some(topic) = sight.event.topic() else {
        return (sight.event == Event::ChannelVerify && channel.verified).then_some(Skip::Off);
    };
    if !channel.enabled || !channel.events.has(topic) {
        return Some(Skip::Off);
    }
    (!channel.verified).then_some(Skip::Unverified)
}

/// Whether the hour forbids it.
#[derive(Debug, PartialEq, Eq)]
enum Hold {
    Not,
    Until(Timestamp),
    Forever(Skip),
}

fn hold(event: Event, created_at: Timestamp, hours: &Hours) -> Hold {
    let reasons = [(hours.quiet_until, Skip::QuietHours), (hours.busy_until, Skip::Busy), (hours.off_until, Skip::TimeOff)];
    let holding = reasons.into_iter().filter_map(|(until, why)| Some((until.filter(|until| *until > hours.now)?, why)));
    // Whichever ends last is the one that it waits for.
    let Some((until, why)) = holding.max_by_key(|(until, _)| *until) else { return Hold::Not };
    match event.patience() {
        Patience::Asked => Hold::Not,
        Patience::NowOrNever => Hold::Forever(why),
        Patience::Waits if until > created_at.plus(PATIENCE) => Hold::Forever(why),
        Patience::Waits => Hold::Until(until),
    }
}

#[cfg(test)]
mod tests;
