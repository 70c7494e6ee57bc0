//! How a session is corrected, so that the opposite correction brings everything back. Pure.
//!
//! A session keeps its pauses as entered, so that a correction of its times takes nothing away from them. A correction that
//! states pauses replaces them, and keeps the former ones. The opposite of the latest correction not undone yet is known by
//! what it leads to: it restores the pauses as entered, also beyond the session, and is not held to rules broken before.

use super::model::{
    EARLIEST, Edit, End, Former, Kept, MAX_EDITS, MAX_HISTORY, MAX_PAUSES, MAX_STATED, Times, WorkSession, WorkSessionPatch,
    clipped,
};
use crate::kernel::{Code, DayRule, Error, Interval, Nullable, Result, Rule, Timestamp, UserId};

impl WorkSession {
    /// The session once corrected by somebody, by `days` unless it has a rule of dates; `None` when that changes nothing at all.
    /// Errors: `InvalidField`, `SessionActive` for the end of one that is under way, `TooManyPauses`, `TooManyEdits`.
    pub fn patched(&self, patch: &WorkSessionPatch, by: UserId, now: Timestamp, days: DayRule) -> Result<Option<Self>> {
        let mut patched = self.clone();
        if let Some(note) = &patch.note {
            patched.note.clone_from(&note.0);
        }
        patched.start_time = patch.start_time.unwrap_or(self.start_time);
        patched.end = self.corrected_end(patch.end_time, days)?;
        patched.needs_review = false;
        let moved = patched.times() != self.times();
        let stated = patch.pauses.as_deref().map(in_order).transpose()?;
        let pauses = stated.filter(|pauses| moved || *pauses != self.shown_pauses());
        if let Some(pauses) = &pauses {
            patched.pauses = patched.entered(pauses);
        }
        let undone = self.undone_by(&patched, pauses.as_deref());
        match undone {
            Some(Edit { former: Former { pauses: Some(Kept(shown)), entered, .. }, .. }) => {
                patched.pauses = entered.as_ref().map_or_else(|| shown.clone(), |Kept(entered)| entered.clone());
            }
            Some(_) => patched.pauses.clone_from(&self.pauses),
            None => self.check(&patched, pauses.as_deref(), now)?,
        }
        if patched.pauses.len() > MAX_PAUSES {
            return Err(Error::new(Code::TooManyPauses, "A session cannot be interrupted more than 500 times"));
        }
        let former = self.former(&patched);
        if former != Former::default() {
            patched.edits.push(Edit { at: now, by, former, undoes: undone.is_some() });
            check_history(&patched)?;
        }
        Ok((patched != *self).then_some(patched))
    }

    fn corrected_end(&self, stated: Option<Timestamp>, days: DayRule) -> Result<Option<End>> {
        match (self.end, stated) {
            (None, Some(_)) => {
                Err(Error::new(Code::SessionActive, "The end of an active session cannot be corrected; end it first"))
            }
            (Some(end), Some(at)) if at != end.at => {
                let right = End::new(at, self.days_or(days), end.by);
                Ok(Some(End { break_after: end.break_after.or(right.break_after), ..right }))
            }
            (end, _) => Ok(end),
        }
    }

    /// The pauses as entered, when those that are given take the place of what lies within the session.
    fn entered(&self, given: &[Interval]) -> Vec<Interval> {
        let Some(end) = self.end else { return given.to_vec() };
        let mut entered = clipped(&self.pauses, Timestamp::from_micros(i64::MIN), self.start_time);
        entered.extend(given);
        entered.extend(clipped(&self.pauses, end.at, Timestamp::from_micros(i64::MAX)));
        entered
    }

    /// The latest correction of times or pauses that is not undone yet, when `target` is what was there before it and says
    /// all that it changed. Pauses that are stated must be those that were shown.
    fn undone_by(&self, target: &Self, stated: Option<&[Interval]>) -> Option<&Edit> {
        let mut undone = 0;
        let latest = self.edits.iter().rev().filter(|edit| edit.former.concerns_times()).find(|edit| {
            if edit.undoes {
                undone += 1;
            } else if undone == 0 {
                return true;
            } else {
                undone -= 1;
            }
            false
        })?;
        let former = &latest.former;
        let mut before = Self { start_time: former.start_time.unwrap_or(self.start_time), ..self.clone() };
        if let (Some(end), Some(at)) = (&mut before.end, former.end_time) {
            end.at = at;
        }
        let shown = former.pauses.as_ref().map_or_else(|| before.shown_pauses(), |Kept(shown)| shown.clone());
        let pauses = stated.map_or_else(|| target.shown_pauses(), <[Interval]>::to_vec);
        let same = target.times() == before.times() && pauses == shown;
        (same && (stated.is_some() || former.pauses.is_none())).then_some(latest)
    }

    /// Holds what a correction states to the rules.
    fn check(&self, patched: &Self, stated: Option<&[Interval]>, now: Timestamp) -> Result<()> {
        let moved = patched.times() != self.times();
        let until = match patched.end {
            Some(end) if moved => Times::new(patched.start_time, end.at, now)?.end,
            Some(end) => end.at,
            None => now.max(self.latest()),
        };
        if let Some(broken) = if moved && patched.end.is_none() { self.start_rule(patched, now) } else { None } {
            return Err(broken.of_field("start_time"));
        }
        let within = |pause: &Interval| {
            let open = pause.to.is_none() && patched.end.is_none();
            patched.start_time <= pause.from && pause.from <= until && (open || pause.to.is_some_and(|to| to <= until))
        };
        if stated.is_some_and(|pauses| !pauses.iter().all(within)) {
            return Err(Rule::field("must lie within the session").of_field("pauses"));
        }
        Ok(())
    }

    /// The rule that a corrected start of the active session breaks.
    fn start_rule(&self, patched: &Self, now: Timestamp) -> Option<Rule> {
        let start = patched.start_time;
        if start < EARLIEST.max(self.start_time.min(now.minus(MAX_STATED))) {
            Some(Rule::field("must be at most 24 hours ago"))
        } else if start > now.max(self.start_time) {
            Some(Rule::field("must not be in the future"))
        } else if patched.pauses.first().is_some_and(|first| first.from < start) {
            Some(Rule::field("must not be after the first pause"))
        } else {
            None
        }
    }

    /// What `patched` has replaced. The note of the active session is a plan, which may change.
    fn former(&self, patched: &Self) -> Former {
        let mut former = Former::default();
        if patched.start_time != self.start_time {
            former.start_time = Some(self.start_time);
        }
        if let (Some(is), Some(was)) = (patched.end, self.end) {
            former.end_time = (is.at != was.at).then_some(was.at);
            former.note = (patched.note != self.note).then(|| Nullable(self.note.clone()));
        }
        if patched.pauses != self.pauses {
            let shown = self.shown_pauses();
            former.entered = (shown != self.pauses).then(|| Kept(self.pauses.clone()));
            former.pauses = Some(Kept(shown));
        }
        former
    }
}

impl Former {
    fn concerns_times(&self) -> bool {
        self.start_time.is_some() || self.end_time.is_some() || self.pauses.is_some()
    }
}

/// Pauses that were stated, ascending. Errors: `InvalidField`.
fn in_order(stated: &[Interval]) -> Result<Vec<Interval>> {
    let mut pauses = stated.to_vec();
    pauses.sort_by_key(|pause| pause.from);
    let broken = if pauses.len() > MAX_PAUSES {
        "must be at most 500"
    } else if pauses.iter().any(|pause| pause.to.is_some_and(|to| to <= pause.from)) {
        "must each end after they begin"
    } else if pauses.windows(2).any(|pair| pair[0].to.is_none_or(|to| to > pair[1].from)) {
        "must lie apart from each other"
    } else {
        return Ok(pauses);
    };
    Err(Rule::field(broken).of_field("pauses"))
}

/// Errors: `TooManyEdits`.
fn check_history(session: &WorkSession) -> Result<()> {
    let weight = serde_json::to_vec(&(&session.pauses, &session.edits)).map_err(Error::internal)?.len();
    let broken = if session.edits.len() > MAX_EDITS {
        "A session cannot be corrected more than 200 times"
    } else if weight > MAX_HISTORY {
        "The pauses and corrections of a session cannot take more than 64 KiB"
    } else {
        return Ok(());
    };
    Err(Error::new(Code::TooManyEdits, broken))
}

#[cfg(test)]
mod tests {
    use chrono_tz::{Tz, UTC};
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;
    use crate::{
        kernel::UserId,
        work::work_sessions::model::{EndedBy, Note, WorkSessionId},
    };

    fn at(minutes: i64) -> Timestamp {
        EARLIEST.plus(Duration::from_secs(u64::try_from(minutes).expect("positive") * 60))
    }

    fn user() -> UserId {
        UserId::new(uuid::Uuid::nil())
    }
    fn session() -> WorkSession {
        WorkSession::start(WorkSessionId::new(uuid::Uuid::nil()), user(), at(10))
    }

    fn minutes(session: &WorkSession) -> Option<u64> {
        session.micros().map(|micros| micros / 60_000_000)
    }

    #[test]
    fn a_correction_keeps_what_was_there_before() {
        let by = UserId::new(uuid::Uuid::nil());
        let guessed = session().ended(at(70), UTC.into(), EndedBy::Sweep);
        assert!(guessed.needs_review);
        let right = guessed.patched(&WorkSessionPatch::default(), by, at(99), UTC.into()).expect("good").expect("a change");
        assert!(!right.needs_review && right.edits.is_empty());
        assert_eq!(right.patched(&WorkSessionPatch::default(), by, at(99), UTC.into()).expect("good"), None);
        let patch = WorkSessionPatch {
            end_time: Some(at(40)),
            note: Some(Nullable(Note::parse(" x ").expect("short"))),
            ..Default::default()
        };
        let edited = guessed.patched(&patch, by, at(99), UTC.into()).expect("good").expect("a change");
        assert_eq!(minutes(&edited), Some(30));
        let former = Former { end_time: Some(at(70)), note: Some(Nullable(None)), ..Former::default() };
        assert_eq!(edited.edits, [Edit { at: at(99), by, former, undoes: false }]);
        let text = serde_json::to_string(&edited).expect("JSON");
        assert_eq!(serde_json::from_str::<WorkSession>(&text).expect("read back"), edited);
        assert_eq!(session().patched(&patch, by, at(99), UTC.into()).expect_err("active").code(), Code::SessionActive);
    }

    fn pause(from: i64, to: i64) -> Interval {
        Interval { from: at(from), to: Some(at(to)) }
    }

    /// With pauses that touch, from 20 to 40 and from 40 to 50, and one from 70 to 90.
    fn ended() -> WorkSession {
        let pauses = vec![pause(20, 40), pause(40, 50), pause(70, 90)];
        WorkSession { pauses, ..session() }.ended(at(110), Tz::Europe__Madrid.into(), EndedBy::User)
    }

    fn corrected(session: &WorkSession, patch: &WorkSessionPatch) -> Result<Option<WorkSession>> {
        session.patched(patch, user(), at(4000), UTC.into())
    }

    fn times(start: Option<i64>, end: Option<i64>) -> WorkSessionPatch {
        WorkSessionPatch { start_time: start.map(at), end_time: end.map(at), ..Default::default() }
    }

    fn pauses(pauses: &[Interval]) -> WorkSessionPatch {
        WorkSessionPatch { pauses: Some(pauses.to_vec()), ..Default::default() }
    }

    /// What brings back what the latest correction replaced.
    fn opposite(session: &WorkSession) -> WorkSessionPatch {
        let Former { start_time, end_time, note, pauses, .. } = session.edits.last().expect("a correction").former.clone();
        WorkSessionPatch { start_time, end_time, note, pauses: pauses.map(|Kept(pauses)| pauses) }
    }

    #[test]
    fn what_a_correction_cuts_off_comes_back_in_whatever_order() {
        let short = corrected(&ended(), &times(None, Some(30))).expect("good").expect("a change");
        assert_eq!((short.shown_pauses(), minutes(&short)), (vec![pause(20, 30)], Some(10)));
        let shorter = corrected(&short, &times(Some(25), None)).expect("good").expect("a change");
        assert_eq!((shorter.shown_pauses(), minutes(&shorter)), (vec![pause(25, 30)], Some(0)));
        let long = corrected(&shorter, &times(None, Some(110))).expect("good").expect("a change");
        let whole = corrected(&long, &times(Some(10), None)).expect("good").expect("a change");
        assert_eq!((whole.shown_pauses(), whole.hours()), (ended().shown_pauses(), ended().hours()));
    }

    #[test]
    fn what_was_stated_over_what_was_cut_off_can_be_undone() {
        let short = corrected(&ended(), &times(None, Some(60))).expect("good").expect("a change");
        let stated = WorkSessionPatch { pauses: Some(vec![pause(65, 66)]), ..times(None, Some(100)) };
        let other = corrected(&short, &stated).expect("good").expect("a change");
        assert_eq!(other.shown_pauses(), [pause(65, 66)]);
        let back = corrected(&other, &opposite(&other)).expect("good").expect("a change");
        let whole = corrected(&back, &times(None, Some(110))).expect("good").expect("a change");
        assert_eq!(whole.shown_pauses(), ended().shown_pauses());
    }

    #[test]
    fn pauses_that_are_stated_are_held_to_the_rules() {
        for (stated, good) in [
            (vec![], true),
            (vec![pause(60, 110), pause(10, 60)], true),
            (vec![pause(9, 20)], false),
            (vec![pause(100, 111)], false),
            (vec![pause(20, 20)], false),
            (vec![pause(30, 20)], false),
            (vec![pause(20, 31), pause(30, 40)], false),
            (vec![Interval::open(at(100))], false),
            (vec![Interval::open(at(20)), pause(30, 40)], false),
        ] {
            let answer = corrected(&ended(), &pauses(&stated));
            assert_eq!(answer.as_ref().map_err(Error::field).is_ok(), good, "{stated:?}");
            assert!(good || answer.is_err_and(|error| error.field() == Some("pauses")), "{stated:?}");
        }
        let many: Vec<Interval> = (0..501)
            .map(|n| Interval {
                from: Timestamp::from_micros(at(20).micros() + 2 * n),
                to: Some(Timestamp::from_micros(at(20).micros() + 2 * n + 1)),
            })
            .collect();
        assert_eq!(corrected(&ended(), &pauses(&many)).expect_err("too many").field(), Some("pauses"));
        assert!(corrected(&ended(), &pauses(&many[1..])).is_ok());
        let active = session();
        assert!(
            corrected(&active, &pauses(&[pause(20, 30), Interval::open(at(40))]))
                .is_ok_and(|paused| paused.is_some_and(|paused| paused.is_paused()))
        );
        assert!(corrected(&active, &pauses(&[pause(3999, 4001)])).is_err());
    }

    #[test]
    fn a_session_that_breaks_the_rules_can_be_corrected_and_back() {
        let endless = session().ended(at(3000), UTC.into(), EndedBy::User);
        let short = corrected(&endless, &times(None, Some(60))).expect("good").expect("a change");
        let back = corrected(&short, &times(None, Some(3000))).expect("good").expect("a change");
        assert_eq!(back.times(), endless.times());
        assert!(corrected(&back, &times(None, Some(2999))).is_err());
    }

    #[test]
    fn the_history_of_a_session_is_bounded_in_bytes() {
        let mut session = ended();
        let note = |n: usize| Some(Nullable(Note::parse(&format!("{n}{}", "\u{e9}".repeat(900))).expect("short")));
        let refused = (0..250).find_map(|n| {
            match corrected(&session, &WorkSessionPatch { note: note(n), ..Default::default() }) {
                Ok(patched) => session = patched.expect("a change"),
                Err(error) => return Some((n, error.code())),
            }
            assert!(serde_json::to_vec(&session).expect("JSON").len() < MAX_HISTORY + 8_000);
            None
        });
        assert!(refused.is_some_and(|(n, code)| n > 25 && code == Code::TooManyEdits), "{refused:?}");
    }

    fn patch() -> impl Strategy<Value = WorkSessionPatch> {
        let list = prop::collection::vec((0..130_i64, 1..30_i64), 0..4)
            .prop_map(|list| list.into_iter().map(|(from, long)| pause(from, from + long)).collect::<Vec<_>>());
        let note = prop::option::of("[a-c]{0,2}").prop_map(|note| note.map(|note| Nullable(Note::parse(&note).expect("short"))));
        (prop::option::of(0..60_i64), prop::option::of(50..130_i64), note, prop::option::of(list))
            .prop_map(|(start, end, note, pauses)| WorkSessionPatch { note, pauses, ..times(start, end) })
    }

    /// Pauses beyond the session are no way back, however little of them would be shown.
    #[test]
    fn what_lies_beyond_the_session_undoes_nothing() {
        let pause = |from, to| Interval { from: at(from), to: Some(at(to)) };
        let session = WorkSession { pauses: vec![pause(20, 29)], ..session() }.ended(at(30), UTC.into(), EndedBy::User);
        let patch = |start, pauses| WorkSessionPatch { start_time: Some(at(start)), pauses, ..WorkSessionPatch::default() };
        let correct = |session: &WorkSession, patch| session.patched(&patch, user(), at(99), UTC.into());
        let changed = |session: &WorkSession, patch| correct(session, patch).expect("good").expect("a change");
        let late = changed(&session, patch(29, Some(vec![])));
        let early = changed(&late, patch(1, None));
        assert_eq!(correct(&early, patch(29, Some(vec![pause(0, 1)]))).expect_err("beyond").code(), Code::InvalidField);
        let back = changed(&early, patch(29, Some(vec![])));
        assert_eq!((&back.pauses, back.start_time), (&late.pauses, late.start_time));
    }

    proptest! {
        #[test]
        fn corrections_and_then_their_opposites_change_nothing(patches in prop::collection::vec(patch(), 1..12)) {
            let first = ended();
            let mut now = first.clone();
            let mut states = Vec::new();
            for patch in &patches {
                if let Ok(Some(next)) = corrected(&now, patch) {
                    states.push((now, opposite(&next)));
                    now = next;
                }
            }
            while let Some((before, opposite)) = states.pop() {
                now = corrected(&now, &opposite).expect("allowed").expect("a change");
                let seen = |session: &WorkSession| (session.times(), session.shown_pauses(), session.note.clone(), session.hours());
                prop_assert_eq!(seen(&now), seen(&before));
                prop_assert_eq!(&now.pauses, &before.pauses);
            }
            let text = serde_json::to_string(&now).expect("JSON");
            prop_assert_eq!(serde_json::from_str::<WorkSession>(&text).expect("read back"), now);
        }

        #[test]
        fn pauses_stay_in_order_whatever_is_corrected(patches in prop::collection::vec(patch(), 1..12)) {
            let mut now = ended();
            for patch in &patches {
                now = corrected(&now, patch).ok().flatten().unwrap_or(now);
                prop_assert!(now.pauses.windows(2).all(|pair| pair[0].to.is_some_and(|to| to <= pair[1].from)), "{:?}", now.pauses);
                prop_assert!(now.pauses.iter().all(|pause| pause.to.is_some_and(|to| pause.from < to)));
                let worked: u64 = now.hours().iter().map(|share| share.micros).sum();
                prop_assert_eq!(Some(worked), now.micros());
            }
        }
    }
}
