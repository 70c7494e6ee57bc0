//! What a reminder is, what it says, and how it is answered. Pure.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    accounts::settings::model::TimeOfDay,
    choice,
    kernel::{Bounded, Code, Error, Id, Resource, Result, Timestamp, UserId},
    texts::{Arg, Language, text},
    wellbeing::budget::Reminder,
    work::{tasks::model::TaskId, work_sessions::model::WorkSessionId},
};

/// For how many minutes something is put off.
pub type Minutes = Bounded<5, 240>;
/// How long that is when nothing is said.
const USUAL_MINUTES: u32 = 15;

/// What a reminder is about, with what it was made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "evidence", rename_all = "snake_case")]
pub enum What {
    BreakDue {
        continuous_minutes: u64,
    },
    BreakOverdue {
        continuous_minutes: u64,
    },
    Lunch {
        until: TimeOfDay,
    },
    Hydration {
        ml: u32,
        goal_ml: u32,
        behind_ml: u32,
    },
    SessionRunning {
        work_session_id: WorkSessionId,
        hours: u8,
    },
    CheckIn {},
    Tasks(OfTasks),
    OverloadAhead(Overload),
    /// A service refuses the credential of a connection, or will.
    Reconnect {
        connection_id: Uuid,
        provider: String,
        /// When it will, unless it does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ends_at: Option<Timestamp>,
    },
    /// A channel was switched off, and there is no other that could say so.
    ChannelOff {
        channel_id: Uuid,
        name: String,
    },
}

/// A level of the risk of overload that is spoken of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Load {
    Elevated,
    High,
}

/// That the risk of overload is on a level, or will be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overload {
    pub level: Load,
    /// Whether it will be in a week, if that goes as the last one, and is not yet.
    pub in_a_week: bool,
    /// Why, by the names of factors: what matters most first, two at most.
    pub factors: Vec<String>,
}

/// What of the tasks of a date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum OfTasks {
    /// One is due soon.
    Due { task_id: TaskId, due_time: TimeOfDay },
    /// So many are still open.
    Open { open: u64 },
}

impl What {
    /// What is counted and held back with others of its kind; `None` for what is said at once and by itself.
    pub fn reminder(&self) -> Option<Reminder> {
        Some(match self {
            Self::BreakDue { .. } => Reminder::BreakDue,
            Self::BreakOverdue { .. } => Reminder::BreakOverdue,
            Self::Lunch { .. } => Reminder::Lunch,
            Self::Hydration { .. } => Reminder::Hydration,
            Self::SessionRunning { .. } => Reminder::SessionRunning,
            Self::CheckIn {} => Reminder::CheckIn,
            Self::Tasks(_) => Reminder::Tasks,
            Self::OverloadAhead(_) => Reminder::OverloadAhead,
            Self::Reconnect { .. } | Self::ChannelOff { .. } => return None,
        })
    }

    /// What callers know its kind by.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::ChannelOff { .. } => "channel_off",
            _ => self.reminder().map_or("reconnect", Reminder::name),
        }
    }

    /// The key of its text.
    pub fn key(&self) -> &'static str {
        match self {
            Self::BreakDue { .. } => "nudge_break_due",
            Self::BreakOverdue { .. } => "nudge_break_overdue",
            Self::Lunch { .. } => "nudge_lunch",
            Self::Hydration { .. } => "nudge_hydration",
            Self::SessionRunning { .. } => "nudge_session_running",
            Self::CheckIn {} => "nudge_check_in",
            Self::Tasks(OfTasks::Due { .. }) => "nudge_tasks_due",
            Self::Tasks(OfTasks::Open { .. }) => "nudge_tasks_open",
            Self::OverloadAhead(Overload { in_a_week: false, .. }) => "nudge_overload_reached",
            Self::OverloadAhead(_) => "nudge_overload_ahead",
            Self::Reconnect { ends_at: None, .. } => "nudge_reconnect",
            Self::Reconnect { ends_at: Some(_), .. } => "nudge_reconnect_soon",
            Self::ChannelOff { .. } => "nudge_channel_off",
        }
    }

    /// What it says in words.
    pub fn text(&self, language: Language) -> String {
        let say = |args: &[(&str, Arg<'_>)]| text(language, self.key(), args);
        let time = |time: &TimeOfDay| time.0.format("%H:%M").to_string();
        match self {
            Self::BreakDue { continuous_minutes } | Self::BreakOverdue { continuous_minutes } => {
                say(&[("minutes", Arg::Number(*continuous_minutes))])
            }
            Self::Lunch { until } => say(&[("until", Arg::Text(&time(until)))]),
            Self::Hydration { behind_ml, .. } => say(&[("behind", Arg::Number((*behind_ml).into()))]),
            Self::SessionRunning { hours, .. } => say(&[("hours", Arg::Number((*hours).into()))]),
            Self::CheckIn {} => say(&[]),
            Self::Tasks(OfTasks::Due { due_time, .. }) => say(&[("time", Arg::Text(&time(due_time)))]),
            Self::Tasks(OfTasks::Open { open }) => say(&[("open", Arg::Number(*open))]),
            Self::OverloadAhead(overload) => overload.text(self.key(), language),
            Self::Reconnect { provider, .. } => say(&[("provider", Arg::Text(provider))]),
            Self::ChannelOff { name, .. } => say(&[("name", Arg::Text(name))]),
        }
    }
}

impl Overload {
    /// How it stands, why, and one thing to do about it.
    fn text(&self, key: &str, language: Language) -> String {
        let word = |kind: &str, name: &str| text(language, &format!("overload_{kind}_{name}"), &[]);
        let level = word("level", if self.level == Load::High { "high" } else { "elevated" });
        let because = match &self.factors[..] {
            [first, second, ..] => {
                let (first, second) = (word("factor", first), word("factor", second));
                text(language, "overload_two_factors", &[("first", Arg::Text(&first)), ("second", Arg::Text(&second))])
            }
            [first] => word("factor", first),
            [] => word("factor", "hours"),
        };
        let advice = word("advice", self.factors.first().map_or("hours", String::as_str));
        text(language, key, &[("level", Arg::Text(&level)), ("because", Arg::Text(&because)), ("advice", Arg::Text(&advice))])
    }
}

/// A reminder that was made. What it says in words follows from it, so that it says the same wherever it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "StoredNudge")]
pub struct Nudge {
    /// A UUID, but for those from before they could be answered.
    pub id: String,
    pub user_id: UserId,
    #[serde(flatten)]
    pub what: What,
    /// That of the settings when it was made.
    pub language: Language,
    pub created_at: Timestamp,
    #[serde(flatten)]
    pub state: State,
}

/// How a reminder was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    New,
    /// With the user's date at that instant, for which it is counted.
    Done {
        at: Timestamp,
        date: NaiveDate,
    },
    Dismissed,
    /// It returns then, if it is still true.
    Snoozed {
        until: Timestamp,
    },
}

/// A reminder as it is stored, in today's form or the one from before there were others than those of sessions. Those cannot be
/// answered, and ask for nothing any more.
#[derive(Deserialize)]
#[serde(untagged)]
enum StoredNudge {
    Now {
        id: String,
        user_id: UserId,
        #[serde(flatten)]
        what: What,
        language: Language,
        created_at: Timestamp,
        #[serde(flatten)]
        state: State,
    },
    Former {
        id: String,
        user_id: UserId,
        work_session_id: WorkSessionId,
        hours: u8,
        created_at: Timestamp,
    },
}

impl From<StoredNudge> for Nudge {
    fn from(stored: StoredNudge) -> Self {
        match stored {
            StoredNudge::Now { id, user_id, what, language, created_at, state } => {
                Self { id, user_id, what, language, created_at, state }
            }
            StoredNudge::Former { id, user_id, work_session_id, hours, created_at } => {
                let what = What::SessionRunning { work_session_id, hours };
                Self { id, user_id, what, language: Language::En, created_at, state: State::Dismissed }
            }
        }
    }
}

/// What is said to a reminder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    Done,
    Dismiss,
    /// `None` for the usual time.
    Snooze(Option<Minutes>),
}

choice!(
    /// The name of an answer, as callers say it.
    Action as "NudgeAction",
    Done = "done",
    Dismiss = "dismiss",
    Snooze = "snooze",
);

impl Nudge {
    pub fn new(id: Uuid, user_id: UserId, what: What, language: Language, created_at: Timestamp) -> Self {
        Self { id: id.to_string(), user_id, what, language, created_at, state: State::New }
    }

    /// The reminder once it was answered at an instant and the user's date; `None` where it was answered so before. Errors:
    /// `AlreadyAnswered` when it was answered otherwise, and for good; `InvalidField` when it cannot be put off.
    pub fn answered(&self, answer: Answer, now: Timestamp, date: NaiveDate) -> Result<Option<Self>> {
        let state = match (self.state, answer) {
            (State::Done { .. }, Answer::Done) | (State::Dismissed, Answer::Dismiss) => return Ok(None),
            (State::Snoozed { until }, Answer::Snooze(_)) if now < until => return Ok(None),
            (State::Done { .. } | State::Dismissed, _) => {
                return Err(Error::new(Code::AlreadyAnswered, "The reminder was answered otherwise"));
            }
            (_, Answer::Done) => State::Done { at: now, date },
            (_, Answer::Dismiss) => State::Dismissed,
            // Nobody looks again whether it is still true.
            (_, Answer::Snooze(_)) if self.what.reminder().is_none() => {
                return Err(Error::invalid_field("This reminder cannot be put off").about("action"));
            }
            (_, Answer::Snooze(minutes)) => {
                let minutes = minutes.map_or(USUAL_MINUTES, Bounded::get);
                State::Snoozed { until: now.plus(std::time::Duration::from_secs(u64::from(minutes) * 60)) }
            }
        };
        Ok(Some(Self { state, ..self.clone() }))
    }

    /// The same reminder once it has returned, with what is true now.
    #[must_use]
    pub fn returned(&self, what: What, language: Language) -> Self {
        Self { what, language, state: State::New, ..self.clone() }
    }

    /// How many seconds passed until it was done, and on which date that was.
    pub fn response(&self) -> Option<(u32, NaiveDate)> {
        let State::Done { at, date } = self.state else { return None };
        Some((u32::try_from(at.since(self.created_at).as_secs()).unwrap_or(u32::MAX), date))
    }
}

impl Resource for Nudge {
    const NOUN: &'static str = "Reminder";
}

pub type NudgeId = Id<Nudge>;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kernel::FromText as _;

    fn time(text: &str) -> TimeOfDay {
        TimeOfDay::from_text(text).expect("a time")
    }

    fn all() -> Vec<What> {
        let id = Id::new(uuid::Uuid::nil());
        vec![
            What::BreakDue { continuous_minutes: 50 },
            What::BreakOverdue { continuous_minutes: 90 },
            What::Lunch { until: time("14:30") },
            What::Hydration { ml: 250, goal_ml: 1800, behind_ml: 300 },
            What::SessionRunning { work_session_id: Id::new(uuid::Uuid::nil()), hours: 4 },
            What::CheckIn {},
            What::Tasks(OfTasks::Due { task_id: id, due_time: time("17:30") }),
            What::Tasks(OfTasks::Open { open: 3 }),
            What::OverloadAhead(Overload {
                level: Load::Elevated,
                in_a_week: true,
                factors: vec!["hours".into(), "trend".into()],
            }),
            What::OverloadAhead(Overload { level: Load::High, in_a_week: false, factors: vec!["short_rest".into()] }),
            What::Reconnect { connection_id: Uuid::nil(), provider: "GitHub".into(), ends_at: None },
            What::Reconnect { connection_id: Uuid::nil(), provider: "GitHub".into(), ends_at: Some(Timestamp::from_micros(1)) },
            What::ChannelOff { channel_id: Uuid::nil(), name: "example.org".into() },
        ]
    }

    fn nudge(what: What) -> Nudge {
        Nudge::new(uuid::Uuid::nil(), UserId::new(uuid::Uuid::nil()), what, Language::Es, Timestamp::from_micros(0))
    }

    #[test]
    fn each_kind_has_a_text_in_each_language_and_is_read_as_it_was_written() {
        for what in all() {
            let (english, spanish) = (what.text(Language::En), what.text(Language::Es));
            assert!(english != spanish && !english.contains("nudge_") && !spanish.contains("nudge_"), "{english}");
            let stored = serde_json::to_value(nudge(what.clone())).expect("JSON");
            assert_eq!((&stored["kind"], &stored["state"]), (&json!(what.kind()), &json!("new")));
            assert!(stored["evidence"].is_object());
            assert_eq!(serde_json::from_value::<Nudge>(stored).expect("read back"), nudge(what));
        }
        for state in [
            State::Done { at: Timestamp::from_micros(1), date: NaiveDate::default() },
            State::Dismissed,
            State::Snoozed { until: Timestamp::from_micros(1) },
        ] {
            let nudge = Nudge { state, ..nudge(What::CheckIn {}) };
            let stored = serde_json::to_string(&nudge).expect("JSON");
            assert_eq!(serde_json::from_str::<Nudge>(&stored).expect("read back"), nudge);
        }
    }

    #[test]
    fn one_from_before_there_were_others_is_of_a_session() {
        let session = "0193c7a8-a2b3-7c4d-9e5f-6a7b8c9d0e1f";
        let former = json!({ "id": format!("{session}-4h"), "user_id": "0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b",
            "work_session_id": session, "hours": 4, "created_at": "2026-01-14T13:00:00.000000Z" });
        let read: Nudge = serde_json::from_value(former).expect("read");
        assert_eq!(
            serde_json::to_value(&read.what).expect("JSON"),
            json!({ "kind": "session_running", "evidence": { "work_session_id": session, "hours": 4 } })
        );
        assert_eq!((read.id.as_str(), read.state), (format!("{session}-4h").as_str(), State::Dismissed));
        assert_eq!(read.created_at, "2026-01-14T13:00:00Z".parse().expect("a time"));
    }

    #[test]
    fn an_answer_stands_and_a_repetition_changes_nothing() {
        let at = |minutes: u64| Timestamp::from_micros(0).plus(std::time::Duration::from_secs(minutes * 60));
        let answer = |of: &Nudge, answer, minutes| of.answered(answer, at(minutes), NaiveDate::default());
        let new = nudge(What::CheckIn {});
        let done = answer(&new, Answer::Done, 7).expect("taken").expect("a change");
        assert_eq!(done.response(), Some((420, NaiveDate::default())));
        assert_eq!(answer(&done, Answer::Done, 9).expect("taken"), None);
        let dismissed = answer(&new, Answer::Dismiss, 7).expect("taken").expect("a change");
        assert_eq!((answer(&dismissed, Answer::Dismiss, 9).expect("taken"), dismissed.response()), (None, None));
        for (of, other) in [(&done, Answer::Dismiss), (&done, Answer::Snooze(None)), (&dismissed, Answer::Done)] {
            assert_eq!(answer(of, other, 9).expect_err("answered").code(), Code::AlreadyAnswered);
        }
        let snoozed = answer(&new, Answer::Snooze(None), 7).expect("taken").expect("a change");
        assert_eq!(snoozed.state, State::Snoozed { until: at(22) });
        assert_eq!(answer(&snoozed, Answer::Snooze(Minutes::new(60)), 21).expect("taken"), None);
        let later = answer(&snoozed, Answer::Snooze(Minutes::new(60)), 22).expect("taken").expect("a change");
        assert_eq!(later.state, State::Snoozed { until: at(82) });
        assert!(matches!(answer(&snoozed, Answer::Done, 8).expect("taken").expect("a change").state, State::Done { .. }));
        assert_eq!(snoozed.returned(What::CheckIn {}, Language::Es), new);
    }
}
