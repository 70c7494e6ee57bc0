//! The steps of a delivery, one by one.

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
    for (outcome, reason) in
        [(Outcome::Refused { reason: "too_long".into() }, "too_long"), (Outcome::Ended { problem: ChannelProblem::Gone }, "gone")]
    {
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
        assert!(matches!(look(Event::ChannelTest, &hours), Look::Claimed(_)));
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
