//! Breaks as rests, pauses and gaps between sessions make them, and work as it is left between them. Pure.

use std::time::Duration;

use chrono::NaiveDate;

use crate::{
    kernel::{DayRule, Interval, Timestamp, interval::outside},
    work::work_sessions::model::{BREAK, WorkSession},
};

/// After so much continuous work a break is overdue.
pub const OVERDUE: Duration = Duration::from_mins(90);

/// From one instant to a later one.
pub type Stretch = (Timestamp, Timestamp);

/// An interruption of work that nobody entered as a rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interruption {
    pub source: Source,
    pub from: Timestamp,
    pub to: Timestamp,
    /// Whether it lasts, so that its end is only now.
    pub lasts: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// A pause of a session.
    Pause,
    /// The time between two sessions.
    Gap,
}

/// The work of sessions, which ascend, until now: without the pauses.
pub fn worked(sessions: &[WorkSession], now: Timestamp) -> Vec<Stretch> {
    let of = |session: &WorkSession| outside(session.start_time, session.end.map_or(now, |end| end.at), &session.pauses);
    sessions.iter().flat_map(of).collect()
}

/// What of stretches lies outside of others, which ascend and do not overlap.
pub fn without(stretches: &[Stretch], taken: &[Stretch]) -> Vec<Stretch> {
    let taken: Vec<Interval> = taken.iter().map(|(from, to)| Interval { from: *from, to: Some(*to) }).collect();
    stretches.iter().flat_map(|(from, to)| outside(*from, *to, &taken)).collect()
}

/// How much of stretches lies between two instants.
pub fn within(stretches: &[Stretch], from: Timestamp, to: Timestamp) -> Duration {
    stretches.iter().map(|stretch| stretch.1.min(to).since(stretch.0.max(from))).sum()
}

/// The pauses that began on a date, and the gaps between sessions of it, of 5 minutes or more each. What follows the last session
/// is no gap until another one starts.
pub fn interruptions(sessions: &[WorkSession], now: Timestamp, date: NaiveDate, days: DayRule) -> Vec<Interruption> {
    let mut found = Vec::new();
    for (index, session) in sessions.iter().enumerate() {
        if let Some(last) = index.checked_sub(1).and_then(|index| sessions[index].end)
            && days.date_at(last.at) == date
            && days.date_at(session.start_time) == date
        {
            found.push(Interruption { source: Source::Gap, from: last.at, to: session.start_time, lasts: false });
        }
        let of_session = found.len();
        for pause in session.shown_pauses() {
            let (to, lasts) = (pause.to.unwrap_or(now), pause.is_open());
            match found[of_session..].last_mut().filter(|last| last.to == pause.from) {
                Some(last) => (last.to, last.lasts) = (to, lasts),
                None => found.push(Interruption { source: Source::Pause, from: pause.from, to, lasts }),
            }
        }
    }
    found.retain(|one| days.date_at(one.from) == date && one.to.since(one.from) >= BREAK);
    found
}

/// The interruptions without what was entered as rests, which ascend: what is left of 5 minutes or more.
pub fn besides(interruptions: &[Interruption], rests: &[Stretch]) -> Vec<Interruption> {
    let left = |one: &Interruption| {
        let (one, pieces) = (*one, without(&[(one.from, one.to)], rests));
        pieces.into_iter().map(move |(from, to)| Interruption { from, to, lasts: one.lasts && to == one.to, ..one })
    };
    interruptions.iter().flat_map(left).filter(|one| one.to.since(one.from) >= BREAK).collect()
}

/// How long the breaks are that stretches come to, in order.
pub fn lengths(stretches: Vec<Stretch>) -> Vec<Duration> {
    merged(stretches).into_iter().map(|(from, to)| to.since(from)).collect()
}

/// The breaks that stretches come to, in order, where those that touch or overlap are one.
pub fn merged(mut stretches: Vec<Stretch>) -> Vec<Stretch> {
    stretches.sort_unstable();
    let mut merged: Vec<Stretch> = Vec::new();
    for (from, to) in stretches {
        match merged.last_mut().filter(|last| from <= last.1) {
            Some(last) => last.1 = last.1.max(to),
            None => merged.push((from, to)),
        }
    }
    merged.retain(|(from, to)| to.since(*from) >= BREAK);
    merged
}

/// Work since the last break of 5 minutes or more.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Continuous {
    pub length: Duration,
    /// When the break after it fell due or will, if it goes on as it is; `None` while work is interrupted before that.
    pub due_at: Option<Timestamp>,
}

/// The continuous work up to now, of work that ascends, without rests. A break is due after `due_after`.
pub fn continuous(work: &[Stretch], now: Timestamp, due_after: Duration) -> Continuous {
    let (mut of, mut last) = (Continuous::default(), None::<Timestamp>);
    for (from, to) in work {
        if last.is_some_and(|last| from.since(last) >= BREAK) {
            of = Continuous::default();
        }
        let length = to.since(*from);
        if of.due_at.is_none() && of.length + length >= due_after {
            of.due_at = Some(from.plus(due_after.saturating_sub(of.length)));
        }
        of.length += length;
        last = Some(*to);
    }
    match last {
        Some(last) if now.since(last) >= BREAK => Continuous::default(),
        Some(last) if last >= now && of.due_at.is_none() => {
            Continuous { due_at: Some(now.plus(due_after.saturating_sub(of.length))), ..of }
        }
        _ => of,
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;
    use proptest::prelude::*;

    use super::*;
    use crate::{
        kernel::{Id, UserId},
        work::work_sessions::model::EndedBy,
    };

    /// Minutes after midnight of a date.
    fn at(minutes: u64) -> Timestamp {
        "2026-01-14T00:00:00Z".parse::<Timestamp>().expect("a time").plus(Duration::from_secs(minutes * 60))
    }

    fn stretches(pairs: &[(u64, u64)]) -> Vec<Stretch> {
        pairs.iter().map(|(from, to)| (at(*from), at(*to))).collect()
    }

    fn session(start: u64, end: Option<u64>, pauses: &[(u64, Option<u64>)]) -> WorkSession {
        let pauses = pauses.iter().map(|(from, to)| Interval { from: at(*from), to: to.map(at) }).collect();
        let (id, user) = (Id::new(uuid::Uuid::nil()), UserId::new(uuid::Uuid::nil()));
        let open = WorkSession { pauses, ..WorkSession::start(id, user, at(start)) };
        end.map_or(open.clone(), |end| open.ended(at(end), Tz::UTC.into(), EndedBy::User))
    }

    fn found(sessions: &[WorkSession], now: u64) -> Vec<(Source, Timestamp, Timestamp, bool)> {
        let date = NaiveDate::from_ymd_opt(2026, 1, 14).expect("a date");
        let found = interruptions(sessions, at(now), date, Tz::UTC.into());
        found.into_iter().map(|one| (one.source, one.from, one.to, one.lasts)).collect()
    }

    #[test]
    fn pauses_and_gaps_of_five_minutes_are_breaks_once_a_session_follows() {
        let first = session(540, Some(600), &[(550, Some(554)), (560, Some(563)), (563, Some(566))]);
        let pause = (Source::Pause, at(560), at(566), false);
        assert_eq!(found(std::slice::from_ref(&first), 900), [pause]);
        let second = session(605, None, &[(700, None)]);
        let gap = (Source::Gap, at(600), at(605), false);
        assert_eq!(found(&[first.clone(), second.clone()], 704), [pause, gap]);
        assert_eq!(found(&[first.clone(), second], 705), [pause, gap, (Source::Pause, at(700), at(705), true)]);
        assert_eq!(found(&[first.clone(), session(604, None, &[])], 705), [pause]);
        // The night is none.
        assert_eq!(found(&[first, session(1500, None, &[])], 1510), [pause]);
    }

    #[test]
    fn what_was_entered_as_a_rest_is_no_pause_too() {
        let pause = |from, to| Interruption { source: Source::Pause, from: at(from), to: at(to), lasts: false };
        let left = besides(&[pause(600, 630)], &stretches(&[(600, 610), (620, 626)]));
        assert_eq!(left, [pause(610, 620)]);
        assert_eq!(
            lengths(stretches(&[(600, 630), (600, 610), (620, 640), (650, 653), (653, 656), (700, 704)])),
            [Duration::from_mins(40), Duration::from_mins(6)]
        );
    }

    #[test]
    fn a_break_is_due_after_continuous_work_and_reset_by_a_break() {
        let of = |work: &[(u64, u64)], now| {
            let found = continuous(&stretches(work), at(now), Duration::from_mins(50));
            (found.length.as_secs() / 60, found.due_at)
        };
        assert_eq!(of(&[], 600), (0, None));
        assert_eq!(of(&[(540, 580)], 580), (40, Some(at(590))));
        assert_eq!(of(&[(540, 590)], 590), (50, Some(at(590))));
        assert_eq!(of(&[(540, 640)], 640), (100, Some(at(590))));
        // Four minutes are neither work nor break, five are a break.
        assert_eq!(of(&[(540, 560), (564, 600)], 600), (56, Some(at(594))));
        assert_eq!(of(&[(540, 560), (565, 600)], 600), (35, Some(at(615))));
        // Interrupted now: not yet a break, then one.
        assert_eq!(of(&[(540, 580)], 584), (40, None));
        assert_eq!(of(&[(540, 600)], 604), (60, Some(at(590))));
        assert_eq!(of(&[(540, 600)], 605), (0, None));
    }

    proptest! {
        /// However stretches overlap, no minute counts twice.
        #[test]
        fn breaks_are_taken_once(pairs in prop::collection::vec((0..300_u64, 5..60_u64), 0..12)) {
            let pairs: Vec<(u64, u64)> = pairs.into_iter().map(|(from, length)| (from, from + length)).collect();
            let plain = (0..400).filter(|minute| pairs.iter().any(|(from, to)| (from..to).contains(&minute))).count();
            let total: Duration = lengths(stretches(&pairs)).into_iter().sum();
            prop_assert_eq!(total.as_secs() / 60, plain as u64);
        }
    }
}
