//! R-B5 over random weeks: whatever somebody does, and however late and often the job comes, nothing is said that the budget
//! does not allow, and what can be said is looked at in time.

use std::collections::BTreeMap;

use chrono::NaiveTime;
use chrono_tz::Tz;
use proptest::prelude::*;

use super::{
    super::*,
    person::{Act, ONE, Person, Said, at},
};
use crate::{
    kernel::{DayStart, Id},
    wellbeing::budget::Class,
    work::work_sessions::model::EndedBy,
};

const WEEK: u64 = 7 * 1440;

/// A week: what somebody does at which minutes, and how late the job comes each time.
#[derive(Debug, Clone)]
struct Week {
    acts: Vec<(u64, Act)>,
    /// Delays in minutes, in turn.
    delays: Vec<u64>,
    quiet: Option<&'static str>,
    off: Vec<u64>,
    day_start: u16,
    zone: Tz,
    tasks: Vec<Option<u64>>,
    focus: Option<&'static str>,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        5 => Just(Act::Start),
        2 => Just(Act::Pause),
        3 => Just(Act::Resume),
        2 => Just(Act::End),
        4 => (50..600_u32).prop_map(Act::Drink),
        1 => Just(Act::Lunch),
        2 => (1..40_u64).prop_map(Act::Rest),
        1 => Just(Act::CheckIn),
        1 => (10..300_u64).prop_map(Act::Busy),
        2 => Just(Act::Done),
        1 => Just(Act::Dismiss),
        2 => prop::sample::select(vec![5, 15, 40, 240]).prop_map(Act::Snooze),
        1 => Just(Act::Complete),
    ]
}

fn week() -> impl Strategy<Value = Week> {
    // In the daytime, mostly.
    let minute = prop_oneof![
        4 => (0..7_u64, 480..1_140_u64).prop_map(|(day, minute)| day * 1440 + minute),
        1 => 0..WEEK,
    ];
    let quiet = [None, Some(r#"{"from":"22:00","to":"07:00"}"#), Some(r#"{"from":"12:30","to":"14:10"}"#)];
    let focus = [None, Some(r#"{"work":25,"rest":5,"long_rest":15,"every":4}"#)];
    (
        prop::collection::vec((minute, act()), 0..120),
        prop::collection::vec(prop_oneof![8 => Just(0), 1 => 0..3_u64, 1 => 0..400_u64], 1..12),
        prop::sample::select(quiet.to_vec()),
        prop::collection::vec(0..7_u64, 0..2),
        prop::sample::select(vec![0, 240]),
        prop::sample::select(vec![Tz::UTC, Tz::Europe__Madrid]),
        prop::collection::vec(prop::option::of(0..WEEK), 0..6),
        prop::sample::select(focus.to_vec()),
    )
        .prop_map(|(mut acts, delays, quiet, off, day_start, zone, tasks, focus)| {
            acts.sort_by_key(|(minute, _)| *minute);
            Week { acts, delays, quiet, off, day_start, zone, tasks, focus }
        })
}

/// What the log says of one kind.
#[derive(Debug, Clone, Copy, Default)]
struct OfKind {
    last: Option<u64>,
    answered: bool,
    ignored: u32,
    doubled: bool,
    dismissed_on: Option<NaiveDate>,
}

/// The rules once more, told from the log alone.
#[derive(Default)]
struct Judge {
    of: BTreeMap<Reminder, OfKind>,
    last: Option<(u64, Reminder)>,
    /// By date, and whether of health.
    counts: BTreeMap<(NaiveDate, bool), u32>,
}

impl Judge {
    fn answered(&mut self, reminder: Reminder, acted: bool) {
        let of = self.of.entry(reminder).or_default();
        (of.answered, of.ignored) = (true, 0);
        of.doubled &= !acted;
    }

    fn heard(&mut self, act: Act, date: NaiveDate) {
        match act {
            Act::Drink(_) => self.answered(Reminder::Hydration, true),
            Act::Lunch => self.answered(Reminder::Lunch, true),
            Act::CheckIn => self.answered(Reminder::CheckIn, true),
            Act::Done | Act::Dismiss | Act::Snooze(_) => {
                let Some((_, reminder)) = self.last else { return };
                self.answered(reminder, matches!(act, Act::Done));
                if let Act::Dismiss = act {
                    self.of.entry(reminder).or_default().dismissed_on = Some(date);
                }
            }
            _ => {}
        }
    }

    /// Holds what was said to the rules.
    fn said(&mut self, person: &Person, said: Said) {
        let (minute, reminder) = (said.at, said.reminder);
        let (now, date) = (at(minute), person.days.date_at(at(minute)));
        let what = format!("{reminder:?} at {now}");
        let shown = now.in_zone(person.days.zone).time();
        if let Some(quiet) = person.settings.quiet_hours {
            let (from, to) = (quiet.from.0, quiet.to.0);
            let is_quiet = if from < to { from <= shown && shown < to } else { shown >= from || shown < to };
            assert!(!is_quiet, "{what} in quiet hours");
        }
        assert!(person.busy_until.is_none_or(|until| until <= now), "{what} while busy");
        assert!(!person.off.contains(&date), "{what} on time off");
        if let Some((last, other)) = self.last {
            assert!(minute >= last + 30 || (!said.is_new && other == reminder), "{what} too soon after {other:?}");
        }
        self.last = Some((minute, reminder));
        let of = self.of.entry(reminder).or_default();
        assert_ne!(of.dismissed_on, Some(date), "{what} after it was dismissed");
        if said.is_new {
            if let Some(last) = of.last {
                // What is seen of work, meals and tasks answers the other kinds too, and is not followed here.
                let is_entered = matches!(reminder, Reminder::Hydration | Reminder::CheckIn);
                let times = if is_entered && (of.doubled || of.ignored + u32::from(!of.answered) >= 2) { 2 } else { 1 };
                let dates = date.signed_duration_since(person.days.date_at(at(last))).num_days();
                match reminder {
                    Reminder::Hydration => assert!(minute >= last + 60 * times, "{what} and {last}"),
                    Reminder::CheckIn | Reminder::Tasks => assert!(dates.unsigned_abs() >= times, "{what} and {last}"),
                    _ => {}
                }
                of.ignored = if of.answered { 0 } else { of.ignored + 1 };
                of.doubled |= of.ignored >= 2;
            }
            let is_health = reminder.class() == Class::Health;
            let count = self.counts.entry((date, is_health)).or_default();
            *count += 1;
            assert!(*count <= if is_health { 6 } else { 2 }, "{what} is one too many");
        }
        (of.last, of.answered) = (Some(minute), false);
    }
}

fn person(week: &Week) -> Person {
    let mut person = Person::new();
    person.days = DayRule { zone: week.zone, day_start: DayStart::after_midnight(week.day_start).expect("a start") };
    person.settings.quiet_hours = week.quiet.map(|text| serde_json::from_str(text).expect("hours"));
    person.settings.focus = week.focus.map(|text| serde_json::from_str(text).expect("focus"));
    person.off = week.off.iter().map(|day| person.days.date_at(at(day * 1440 + 720))).collect();
    let due = |minute: u64| (at(minute), TimeOfDay(NaiveTime::MIN));
    person.tasks = week.tasks.iter().map(|minute| OpenTask { id: Id::new(ONE), due: minute.map(due) }).collect();
    person
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn r_b5_holds_in_every_week(week in week()) {
        let (mut person, mut judge, mut turn) = (person(&week), Judge::default(), 0);
        let mut acts = week.acts.iter().peekable();
        let mut since = None;
        for minute in 0..WEEK {
            while let Some((_, act)) = acts.next_if(|(at, _)| *at == minute) {
                judge.heard(*act, person.days.date_at(at(minute)));
                person.act(*act, minute);
            }
            // A session that was forgotten is ended by others.
            if let Some(session) = person.active().filter(|session| session.worked_by(at(minute)) >= FORGOTTEN) {
                *session = session.ended(at(minute), week.zone.into(), EndedBy::Sweep);
            }
            if person.due.is_some_and(|due| due <= at(minute)) {
                if *since.get_or_insert(minute) + week.delays[turn % week.delays.len()] > minute {
                    continue;
                }
                (since, turn) = (None, turn + 1);
                let before = person.said.len();
                person.look(minute);
                person.look(minute);
                prop_assert!(person.said.len() <= before + 1);
                for said in &person.said[before..] {
                    judge.said(&person, *said);
                }
            } else if minute % 7 == 0 && person.busy_until.is_none_or(|until| until <= at(minute)) {
                // That a task was completed is seen at the next look, and has nobody look.
                let completed = person.budget.completed().unwrap_or(person.completed);
                let situation = Situation { completed, ..person.situation(at(minute)) };
                let said = situation.decide(&mut person.budget.clone());
                // Of a date on which nothing was done yet, nobody promised to look at more than work that goes on.
                let is_seen = person.budget.is_seen(person.days.date_at(at(minute)));
                let is_of_work = |what: &What| matches!(what, What::BreakDue { .. } | What::BreakOverdue { .. } | What::SessionRunning { .. });
                let promised = said.filter(|(Saying::New(what) | Saying::Again(_, what))| is_seen || is_of_work(what));
                prop_assert_eq!(promised, None, "nobody looks at {}", at(minute));
            }
        }
        prop_assert!(turn < 400, "{turn} looks");
    }
}
