//! How a notification comes to one channel: a state machine, whose steps are a claim before anything is sent, and what is known
//! afterwards. Pure.
//!
//! Both are commits of their own. Whoever sends holds the claim; when it is over and nothing is known, the message may have been sent.
//! Where the receiver recognises a repetition it is sent again, and else never.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::model::{Event, Patience};
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
mod tests {
    use super::*;
    use crate::outbound::channels::{ChannelProblem, SOON};

    const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);
    const CLAIM: Uuid = Uuid::from_u128(0xC1A1);
    const FREE: Hours = Hours { now: NOW, quiet_until: None, busy_until: None, off_until: None };

    fn later(minutes: u64) -> Timestamp {
        NOW.plus(Duration::from_secs(minutes * 60))
    }

    fn channel() -> Channel {
        Channel::example(1, ChannelKind::Webhook)
    }

    fn waiting() -> Delivery {
        Delivery::new(&channel(), NOW, NOW)
    }

    fn sight<'a>(event: Event, hours: &'a Hours, channel: Option<&'a Channel>) -> Sight<'a> {
        Sight { event, created_at: NOW, hours, channel, repetition: Some(Repetition::Recognised), last_at: None }
    }

    fn claimed(delivery: &Delivery, at: Timestamp, repetition: Repetition) -> Look {
        let (channel, hours) = (channel(), Hours { now: at, ..FREE });
        delivery.look(&Sight { repetition: Some(repetition), ..sight(Event::NudgeCreated, &hours, Some(&channel)) }, CLAIM)
    }

    fn taken(delivery: &Delivery, at: Timestamp) -> Delivery {
        match claimed(delivery, at, Repetition::Recognised) {
            Look::Claimed(delivery) => delivery,
            other => panic!("{other:?}"),
        }
    }

    const TERMS: Terms = Terms { event: Event::NudgeCreated, repetition: Repetition::Recognised, retries: SOON };

    fn failed() -> Outcome {
        Outcome::NotSent { reason: "http_500".into(), after: None }
    }

    #[test]
    fn it_is_claimed_once_and_sent() {
        let claimed = taken(&waiting(), NOW);
        assert_eq!((claimed.attempts, claimed.next()), (1, Some(NOW.plus(LEASE))));
        let channel = channel();
        assert_eq!(claimed.look(&sight(Event::NudgeCreated, &FREE, Some(&channel)), CLAIM), Look::Nothing);
        let sent = claimed.settled(CLAIM, &Outcome::Sent, &TERMS, later(1));
        assert_eq!((sent.state, sent.next(), sent.at), (DeliveryState::Sent, None, later(1)));
        // What somebody else has settled stays.
        assert_eq!(sent.settled(CLAIM, &failed(), &TERMS, later(2)), sent);
        assert_eq!(claimed.settled(Uuid::nil(), &Outcome::Sent, &TERMS, later(1)), claimed);
    }

    #[test]
    fn what_nobody_came_back_from_is_repeated_only_where_that_is_recognised() {
        let begun = taken(&waiting(), NOW);
        let over = NOW.plus(LEASE);
        assert_eq!(taken(&begun, over).attempts, 2);
        let Look::Stands(ended) = claimed(&begun, over, Repetition::Seen) else { panic!("sent again") };
        assert_eq!((ended.state, ended.next()), (DeliveryState::Unknown, None));
        let lost = begun.settled(CLAIM, &Outcome::Unknown, &Terms { repetition: Repetition::Seen, ..TERMS }, NOW);
        assert_eq!((lost.state, lost.next()), (DeliveryState::Unknown, None));
        let again = begun.settled(CLAIM, &Outcome::Unknown, &TERMS, NOW);
        assert_eq!((again.state, again.reason.as_deref()), (DeliveryState::Waiting, Some("no_answer")));
        // Where nothing carries it any more nobody can tell, either.
        let channel = channel();
        let hours = Hours { now: over, ..FREE };
        let unknown = Sight { repetition: None, ..sight(Event::NudgeCreated, &hours, Some(&channel)) };
        assert!(matches!(begun.look(&unknown, CLAIM), Look::Stands(Delivery { state: DeliveryState::Unknown, .. })));
    }

    #[test]
    fn it_is_tried_again_after_the_waits_give_or_take_a_fifth_and_then_has_failed() {
        let (mut delivery, mut now) = (waiting(), NOW);
        for wait in SOON {
            delivery = taken(&delivery, now).settled(CLAIM, &failed(), &TERMS, now);
            let due = delivery.due.expect("again");
            assert!(now.plus(*wait * 4 / 5) <= due && due <= now.plus(*wait * 6 / 5), "{wait:?}");
            now = due;
        }
        let last = taken(&delivery, now).settled(CLAIM, &failed(), &TERMS, now);
        assert_eq!((last.state, last.reason.as_deref(), last.attempts), (DeliveryState::Failed, Some("http_500"), 6));

        let asked = |after| Outcome::NotSent { reason: "http_429".into(), after: Some(Duration::from_secs(after)) };
        let wait = |after| taken(&waiting(), NOW).settled(CLAIM, &asked(after), &TERMS, NOW).due.expect("again").since(NOW);
        assert_eq!(wait(3600), Duration::from_hours(1));
        assert_eq!(wait(999_999_999), PATIENCE);
        assert!(wait(1) >= Duration::from_secs(4));
        for (outcome, reason) in [
            (Outcome::Refused { reason: "too_long".into() }, "too_long"),
            (Outcome::Ended { problem: ChannelProblem::Gone }, "gone"),
        ] {
            let ended = taken(&waiting(), NOW).settled(CLAIM, &outcome, &TERMS, NOW);
            assert_eq!((ended.state, ended.reason.as_deref(), ended.next()), (DeliveryState::Failed, Some(reason), None));
        }
        // Somebody waits for a test.
        let terms = Terms { event: Event::ChannelTest, ..TERMS };
        let (mut test, mut now) = (waiting(), NOW);
        for _ in 0..2 {
            test = taken(&test, now).settled(CLAIM, &failed(), &terms, now);
            now = test.due.expect("again");
        }
        assert_eq!(taken(&test, now).settled(CLAIM, &failed(), &terms, now).state, DeliveryState::Failed);
    }

    #[test]
    fn r_b5_a_nudge_is_skipped_where_others_wait_a_day_at_most() {
        let channel = channel();
        let look = |event, hours: &Hours| waiting().look(&sight(event, hours, Some(&channel)), CLAIM);
        let cases = [
            (Hours { quiet_until: Some(later(60)), ..FREE }, "quiet_hours"),
            (Hours { busy_until: Some(later(60)), ..FREE }, "busy"),
            (Hours { off_until: Some(later(60)), ..FREE }, "time_off"),
        ];
        for (hours, why) in cases {
            for event in [Event::NudgeCreated, Event::RiskRaised] {
                let Look::Stands(skipped) = look(event, &hours) else { panic!("sent") };
                assert_eq!((skipped.state, skipped.reason.as_deref()), (DeliveryState::Skipped, Some(why)));
            }
            for event in [Event::AchievementEarned, Event::SyncAttention, Event::SummaryDaily] {
                assert_eq!(look(event, &hours), Look::Stands(waiting().until(later(60))));
            }
            for event in [Event::ChannelTest] {
                assert!(matches!(look(event, &hours), Look::Claimed(_)));
            }
        }
        let long = Hours { off_until: Some(later(25 * 60)), quiet_until: Some(later(60)), ..FREE };
        let Look::Stands(skipped) = look(Event::SyncAttention, &long) else { panic!("sent") };
        assert_eq!(skipped.reason.as_deref(), Some("time_off"));
        // What has just ended forbids nothing.
        assert!(matches!(look(Event::NudgeCreated, &Hours { busy_until: Some(NOW), ..FREE }), Look::Claimed(_)));
    }

    #[test]
    fn two_messages_of_a_channel_are_a_minute_apart_but_for_tests() {
        let channel = channel();
        let look = |event, last| waiting().look(&Sight { last_at: Some(last), ..sight(event, &FREE, Some(&channel)) }, CLAIM);
        let just = NOW.minus(Duration::from_secs(59));
        assert_eq!(look(Event::NudgeCreated, just), Look::Stands(waiting().until(just.plus(APART))));
        assert!(matches!(look(Event::NudgeCreated, NOW.minus(APART)), Look::Claimed(_)));
        assert!(matches!(look(Event::ChannelTest, just), Look::Claimed(_)));
    }

    #[test]
    fn a_channel_that_is_off_or_unverified_or_gone_gets_nothing_but_what_concerns_itself() {
        let sent = |event, channel: Option<&Channel>| match waiting().look(&sight(event, &FREE, channel), CLAIM) {
            Look::Claimed(_) => "sent".to_owned(),
            Look::Stands(delivery) => delivery.reason.expect("a reason"),
            Look::Nothing => "nothing".to_owned(),
        };
        let (off, unverified) = (Channel { enabled: false, ..channel() }, Channel { verified: false, ..channel() });
        for (event, of_off, of_unverified) in [
            (Event::NudgeCreated, "off", "unverified"),
            (Event::SyncAttention, "off", "unverified"),
            (Event::ChannelTest, "sent", "sent"),
            (Event::ChannelVerify, "off", "sent"),
        ] {
            assert_eq!(sent(event, Some(&off)), of_off, "{event:?}");
            assert_eq!(sent(event, Some(&unverified)), of_unverified, "{event:?}");
            assert_eq!(sent(event, None), "off");
        }
        let deaf = Channel { events: channel().events.without(crate::interaction::channels::model::Topic::Nudges), ..channel() };
        assert_eq!((sent(Event::NudgeCreated, Some(&deaf)), sent(Event::RiskRaised, Some(&deaf))), ("off".into(), "sent".into()));
    }
}
