//! When a session under way is taken for forgotten, and when it ended then. Pure.

use std::time::Duration;

use super::model::WorkSession;
use crate::kernel::Timestamp;

/// After so much work nobody believes in it any more.
pub const FORGOTTEN: Duration = Duration::from_hours(12);
/// The most that is assumed of a working day.
const WORKING_DAY: Duration = Duration::from_hours(8);

/// What is to be done about a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Leave,
    /// It is to be ended, as of that instant.
    End(Timestamp),
}

/// Judges a session that is under way. `last_sign`: when the user was last known to be at it. `usual`: how long a working day of
/// that weekday usually is.
pub fn judge(session: &WorkSession, last_sign: Option<Timestamp>, usual: Option<Duration>, now: Timestamp) -> Verdict {
    if session.end.is_some() || session.is_paused() || session.worked_by(now) < FORGOTTEN {
        return Verdict::Leave;
    }
    let guess = || session.start_time.plus(usual.unwrap_or(WORKING_DAY).min(WORKING_DAY));
    let end = last_sign.filter(|last| *last > session.start_time).unwrap_or_else(guess);
    Verdict::End(end.min(now))
}

/// When it is taken for forgotten, if it goes on as it is; `None` while it is interrupted.
pub fn next_due(session: &WorkSession) -> Option<Timestamp> {
    session.reaches(FORGOTTEN).filter(|_| session.end.is_none() && !session.is_paused())
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
    fn it_is_ended_after_twelve_hours() {
        assert_eq!(judge(&session(), None, None, at(719)), Verdict::Leave);
        assert_eq!(judge(&session(), None, None, at(720)), Verdict::End(at(480)));
    }

    #[test]
    fn it_ends_with_the_last_sign_of_life_or_as_usual() {
        let end = |last, usual| judge(&session(), last, usual, at(3000));
        assert_eq!(end(Some(at(700)), None), Verdict::End(at(700)));
        assert_eq!(end(Some(at(0)), Some(Duration::from_hours(6))), Verdict::End(at(360)));
        assert_eq!(end(None, Some(Duration::from_hours(11))), Verdict::End(at(480)));
        assert_eq!(end(Some(at(4000)), None), Verdict::End(at(3000)));
    }

    proptest! {
        /// Pauses of whole minutes, each as (work before it, its length).
        #[test]
        fn what_is_due_is_done_then_and_not_before(pauses in prop::collection::vec((1..200_u64, 1..400_u64), 0..6)) {
            let (mut session, mut now) = (session(), 0);
            for (work, pause) in pauses {
                now += work;
                session = session.paused(self::now(now)).expect("active").expect("a change");
                prop_assert_eq!(next_due(&session), None);
                prop_assert_eq!(judge(&session, None, None, at(now + 9999)), Verdict::Leave);
                now += pause;
                session = session.resumed(self::now(now)).expect("active").expect("a change");
            }
            let due = next_due(&session).expect("not interrupted");
            let judge = |at| judge(&session, None, None, at);
            if due > at(now) {
                prop_assert_eq!(judge(due.minus(Duration::from_micros(1))), Verdict::Leave);
            }
            prop_assert_ne!(judge(due.max(at(now))), Verdict::Leave);
        }
    }
}
