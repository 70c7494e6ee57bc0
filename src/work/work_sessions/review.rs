//! When a session under way is taken for forgotten, and what is done about it. Pure.

use std::time::Duration;

use super::model::WorkSession;
use crate::kernel::Timestamp;

/// After how many hours of work the user is reminded.
const NUDGES: [u8; 2] = [4, 8];
/// After how many hours of work nobody believes in it any more.
const FORGOTTEN: u8 = 12;
/// The most that is assumed of a working day.
const WORKING_DAY: Duration = Duration::from_hours(8);

/// What is to be done about a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Leave,
    /// The user is to be reminded, once, that it has been going on for so many hours.
    Nudge(u8),
    /// It is to be ended, as of that instant.
    End(Timestamp),
}

/// What is known of a session under way besides the session.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Activity {
    /// When the user was last known to be at it.
    pub last: Option<Timestamp>,
    /// After how many hours the user was last reminded.
    pub nudged: Option<u8>,
}

/// Judges a session that is under way. `usual`: how long a working day of that weekday usually is.
pub fn judge(session: &WorkSession, activity: Activity, usual: Option<Duration>, now: Timestamp) -> Verdict {
    if session.end.is_some() || session.is_paused() {
        return Verdict::Leave;
    }
    let worked = session.worked_by(now);
    if worked >= hours(FORGOTTEN) {
        let guess = || session.start_time.plus(usual.unwrap_or(WORKING_DAY).min(WORKING_DAY));
        let end = activity.last.filter(|last| *last > session.start_time).unwrap_or_else(guess);
        return Verdict::End(end.min(now));
    }
    let reached = NUDGES.into_iter().rev().find(|nudge| worked >= hours(*nudge));
    reached.filter(|nudge| activity.nudged < Some(*nudge)).map_or(Verdict::Leave, Verdict::Nudge)
}

/// When something is next to be done about it, if it goes on as it is; `None` while it is interrupted.
pub fn next_due(session: &WorkSession, nudged: Option<u8>) -> Option<Timestamp> {
    if session.end.is_some() || session.is_paused() {
        return None;
    }
    let next = NUDGES.into_iter().find(|nudge| nudged < Some(*nudge)).unwrap_or(FORGOTTEN);
    let interrupted: Duration = session.pauses.iter().filter_map(|pause| Some(pause.to?.since(pause.from))).sum();
    Some(session.start_time.plus(hours(next)).plus(interrupted))
}

fn hours(count: u8) -> Duration {
    Duration::from_hours(count.into())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        kernel::{Id, UserId},
        work::work_sessions::model::Moment,
    };

    fn at(minutes: u64) -> Timestamp {
        Timestamp::from_micros(0).plus(Duration::from_secs(minutes * 60))
    }

    fn now(minutes: u64) -> Moment {
        Moment { now: at(minutes), stated: None }
    }

    fn session() -> WorkSession {
        WorkSession::start(Id::new(uuid::Uuid::nil()), UserId::new(uuid::Uuid::nil()), at(0))
    }

    #[test]
    fn a_user_is_reminded_twice_and_then_it_is_ended() {
        let judge = |nudged, minutes| judge(&session(), Activity { last: None, nudged }, None, at(minutes));
        assert_eq!(judge(None, 239), Verdict::Leave);
        assert_eq!(judge(None, 240), Verdict::Nudge(4));
        assert_eq!(judge(Some(4), 479), Verdict::Leave);
        assert_eq!(judge(Some(4), 480), Verdict::Nudge(8));
        assert_eq!(judge(None, 480), Verdict::Nudge(8));
        assert_eq!(judge(Some(8), 719), Verdict::Leave);
        assert_eq!(judge(None, 720), Verdict::End(at(480)));
    }

    #[test]
    fn it_ends_with_the_last_sign_of_life_or_as_usual() {
        let end = |last, usual| judge(&session(), Activity { last, nudged: Some(8) }, usual, at(3000));
        assert_eq!(end(Some(at(700)), None), Verdict::End(at(700)));
        assert_eq!(end(Some(at(0)), Some(Duration::from_hours(6))), Verdict::End(at(360)));
        assert_eq!(end(None, Some(Duration::from_hours(11))), Verdict::End(at(480)));
        assert_eq!(end(Some(at(4000)), None), Verdict::End(at(3000)));
    }

    proptest! {
        /// Pauses of whole minutes, each as (work before it, its length).
        #[test]
        fn what_is_due_is_done_then_and_not_before(
            pauses in prop::collection::vec((1..200_u64, 1..400_u64), 0..6), nudged in prop::option::of(prop::sample::select(vec![4, 8]))
        ) {
            let (mut session, mut now) = (session(), 0);
            for (work, pause) in pauses {
                now += work;
                session = session.paused(self::now(now)).expect("active").expect("a change");
                prop_assert_eq!(next_due(&session, nudged), None);
                prop_assert_eq!(judge(&session, Activity { last: None, nudged }, None, at(now + 9999)), Verdict::Leave);
                now += pause;
                session = session.resumed(self::now(now)).expect("active").expect("a change");
            }
            let due = next_due(&session, nudged).expect("not interrupted");
            let judge = |at| judge(&session, Activity { last: None, nudged }, None, at);
            if due > at(now) {
                prop_assert_eq!(judge(due.minus(Duration::from_micros(1))), Verdict::Leave);
            }
            prop_assert_ne!(judge(due.max(at(now))), Verdict::Leave);
        }
    }
}
