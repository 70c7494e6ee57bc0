//! What is decided of what happened, whoever looks and when.

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::{
    interaction::notifications::delivery::DeliveryState, outbound::channels::ChannelKind, wellbeing::reminders::model::Load,
    wellbeing::reminders::model::Overload,
};

const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

fn user() -> UserId {
    UserId::new(Uuid::from_u128(7))
}

fn minutes_ago(minutes: u64) -> Timestamp {
    NOW.minus(Duration::from_secs(minutes * 60))
}

fn nudge(id: u128, what: What, at: Timestamp) -> Nudge {
    Nudge::new(Uuid::from_u128(id), user(), what, Language::En, at)
}

fn known<'a>(
    now: Timestamp,
    channels: &'a [Channel],
    nudges: &'a [Nudge],
    earned: &'a BTreeMap<String, Timestamp>,
    told: &'a [Notification],
) -> Known<'a> {
    Known {
        user: user(),
        language: Language::En,
        days: DayRule::default(),
        hours: Hours { now, quiet_until: None, busy_until: None, off_until: None },
        channels,
        nudges,
        earned,
        connections: &[],
        told,
    }
}

fn break_due() -> What {
    What::BreakDue { continuous_minutes: 50 }
}

#[test]
fn what_is_old_or_answered_or_concerns_no_channel_is_not_told() {
    let all = [Channel::example(1, ChannelKind::Webhook)];
    let decided = |nudge: Nudge, channels: &[Channel]| known(NOW, channels, &[nudge], &BTreeMap::new(), &[]).decide().len();
    assert_eq!(decided(nudge(1, break_due(), NOW), &all), 1);
    assert_eq!(decided(nudge(1, break_due(), NOW.minus(LOOK_BACK)), &all), 0);
    assert_eq!(decided(nudge(1, break_due(), minutes_ago(23 * 60)), &all), 1);
    assert_eq!(decided(Nudge { state: State::Dismissed, ..nudge(1, break_due(), NOW) }, &all), 0);
    assert_eq!(decided(nudge(1, break_due(), NOW), &[]), 0);
    let later = [Channel { created_at: NOW.plus(Duration::from_micros(1)), ..all[0].clone() }];
    assert_eq!(decided(nudge(1, break_due(), NOW), &later), 0);
    let off = [Channel { enabled: false, ..all[0].clone() }];
    let skipped = known(NOW, &off, &[nudge(1, break_due(), NOW)], &BTreeMap::new(), &[]).decide();
    assert_eq!((skipped[0].deliveries[0].state, skipped[0].next()), (DeliveryState::Skipped, None));
}

#[test]
fn a_risk_is_told_once_a_level_and_week() {
    let channels = [Channel::example(1, ChannelKind::Webhook)];
    let overload = |id, level, at| nudge(id, What::OverloadAhead(Overload { level, in_a_week: true, factors: vec![] }), at);
    let nudges =
        [overload(1, Load::High, minutes_ago(9)), overload(2, Load::High, minutes_ago(5)), overload(3, Load::Elevated, NOW)];
    let decided = known(NOW, &channels, &nudges, &BTreeMap::new(), &[]).decide();
    assert_eq!(decided.len(), 2);
    assert!(decided.iter().all(|one| one.event == Event::RiskRaised), "{decided:?}");
    // NOW is a Friday, the 15th of January 2027.
    assert_eq!(decided[0].id, Notification::id_of(user(), Event::RiskRaised, "risk:high:2027-01-11"));
}

#[test]
fn a_message_about_achievements_that_is_on_its_way_grows_no_more() {
    let channels = [Channel::example(1, ChannelKind::Webhook)];
    let mut earned = BTreeMap::from([("a".to_owned(), minutes_ago(20))]);
    let first = known(minutes_ago(20), &channels, &[], &earned, &[]).decide();
    assert_eq!((first.len(), first[0].next()), (1, Some(NOW.plus(Duration::from_mins(10)))));
    earned.insert("b".to_owned(), minutes_ago(5));
    let grown = known(NOW, &channels, &[], &earned, &first).decide();
    assert_eq!((grown.len(), grown[0].id, grown[0].data()["achievements"].as_array().map(Vec::len)), (1, first[0].id, Some(2)));
    assert_eq!(known(NOW, &channels, &[], &earned, &grown).decide(), []);
    let mut sent = first.clone();
    sent[0].deliveries[0].attempts = 1;
    let another = known(NOW, &channels, &[], &earned, &sent).decide();
    assert!(another.len() == 1 && another[0].id != first[0].id, "{another:?}");
    // Of what a whole import earns somebody is told at once where nobody looked for long.
    let all: BTreeMap<String, Timestamp> = (0..30).map(|n| (format!("x{n}"), minutes_ago(300 + n % 3))).collect();
    let import = known(NOW, &channels, &[], &all, &[]).decide();
    assert_eq!((import.len(), import[0].next()), (1, Some(NOW)));
}

proptest! {
    /// However often and in whatever portions somebody looks, each thing is told once, and once more changes nothing.
    #[test]
    fn each_is_told_once_whoever_looks(
        mut nudges in proptest::collection::vec(0..600_u64, 0..6),
        mut earned in proptest::collection::vec(0..600_u64, 0..12),
        looks in proptest::collection::vec(0..700_u64, 1..8),
    ) {
        nudges.sort_unstable();
        earned.sort_unstable();
        let channels = [Channel::example(1, ChannelKind::Webhook)];
        let at = |minute: u64| NOW.plus(Duration::from_secs(minute * 60));
        let nudges: Vec<Nudge> = nudges.iter().zip(1..).map(|(minute, id)| nudge(id, break_due(), at(*minute))).collect();
        let earned: Vec<(String, Timestamp)> =
            earned.iter().enumerate().map(|(n, minute)| (format!("a{n:02}"), at(*minute))).collect();
        let mut looks = looks;
        looks.sort_unstable();
        looks.push(700);
        let mut told: Vec<Notification> = Vec::new();
        for look in looks {
            let now = at(look);
            let nudges: Vec<Nudge> = nudges.iter().filter(|nudge| nudge.created_at <= now).cloned().collect();
            let earned: BTreeMap<String, Timestamp> = earned.iter().filter(|(_, at)| *at <= now).cloned().collect();
            for new in known(now, &channels, &nudges, &earned, &told).decide() {
                told.retain(|known| known.id != new.id);
                told.push(new);
            }
            prop_assert_eq!(known(now, &channels, &nudges, &earned, &told).decide(), vec![]);
        }
        let of_nudges = told.iter().filter(|one| one.event == Event::NudgeCreated).count();
        prop_assert_eq!(of_nudges, nudges.len());
        let mut names: Vec<String> = told
            .iter()
            .filter_map(|one| if let About::Achievements { ids } = &one.about { Some(ids.clone()) } else { None })
            .flatten()
            .collect();
        names.sort();
        prop_assert_eq!(names, earned.iter().map(|(id, _)| id.clone()).collect::<Vec<_>>());
        let to_be_sent = told.iter().filter(|one| one.event == Event::AchievementEarned && one.next().is_some()).count();
        prop_assert!(to_be_sent <= 2 * MESSAGES_A_DATE);
    }
}
