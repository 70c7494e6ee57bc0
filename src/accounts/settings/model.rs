//! What a user can set, what holds where nothing was set, and what is kept of it. Pure. The values that have a form of their
//! own are in `values`; how settings are changed is told in `patch`.

mod values;

use chrono::{Weekday, WeekdaySet};
use serde::{Deserialize, Serialize, Serializer, ser::Error as _};
use serde_json::Value;
use utoipa::ToSchema;

pub use self::values::{CarryOver, LabourRules, Lunch, QuietHours, TimeOfDay, WeekStart, WorkHours, day_start_as_time};
use crate::kernel::{Bounded, DayStart, Resource, Timestamp, UserId, Weekdays};
pub use crate::texts::Language;

/// Minutes of work.
pub type DayTarget = Bounded<60, 720>;
/// Minutes of work, and no fewer than the target.
pub type Overload = Bounded<60, 900>;
pub type HydrationGoal = Bounded<500, 4000>;
/// Minutes of work without a break; after 90 one is overdue.
pub type BreakAfter = Bounded<20, 90>;
pub type TaskGoal = Bounded<1, 50>;
pub type FocusGoal = Bounded<25, 240>;

/// All settings of a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
// A member that is not stored has its default.
pub struct Settings {
    /// Of the texts that are made for the user; errors stay English.
    pub language: Language,
    /// When a date begins, up to 12:00: what is done before belongs to the date before.
    #[serde(with = "day_start_as_time")]
    #[schema(value_type = DayStart, default = "00:00")]
    pub day_start: DayStart,
    pub week_start: WeekStart,
    /// The days of the week on which work is expected, from Monday on.
    pub work_days: Weekdays,
    /// When work is expected; over midnight when it ends earlier than it starts.
    pub work_hours: WorkHours,
    /// How long work is meant to last on a date.
    pub day_target_minutes: DayTarget,
    /// From when on a date is one of too much work.
    pub overload_minutes: Overload,
    /// When lunch is to be had.
    pub lunch: Lunch,
    /// Millilitres a date.
    pub hydration_goal_ml: HydrationGoal,
    /// After how many minutes of work a break is due.
    pub break_after_minutes: BreakAfter,
    /// Lengths of work and rest in turn; null for none.
    pub focus: Option<Focus>,
    /// When nothing is sent, from the one time until before the other; null for never.
    pub quiet_hours: Option<QuietHours>,
    pub reminders: Reminders,
    pub goals: Goals,
    pub summaries: Summaries,
    /// When open tasks that were planned for earlier dates are planned for the present one.
    pub carry_over: CarryOver,
    /// Which rules on working time are watched.
    pub labour_rules: LabourRules,
    /// Whether what is said to the assistant and not understood may go to a model host, if there is one.
    pub model_reads_sentences: bool,
}

/// Lengths in minutes of work, of the rest after it, and of the one after `every` of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Focus {
    pub work: Bounded<5, 90>,
    pub rest: Bounded<1, 30>,
    pub long_rest: Bounded<5, 60>,
    pub every: Bounded<2, 8>,
}

/// What the user is reminded of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a setting by itself")]
pub struct Reminders {
    pub breaks: bool,
    pub hydration: bool,
    pub meals: bool,
    pub sessions: bool,
    pub check_in: bool,
    pub tasks: bool,
}

/// What is meant to be reached on a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Goals {
    /// Tasks completed.
    pub tasks: TaskGoal,
    pub focus_minutes: FocusGoal,
}

/// Which summaries are sent, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Summaries {
    /// On dates on which work is expected.
    pub daily: bool,
    /// On the last of those of a week, in the place of the daily one.
    pub weekly: bool,
    pub at: TimeOfDay,
}

/// The one place of all defaults.
impl Default for Settings {
    fn default() -> Self {
        Self {
            language: Language::En,
            day_start: DayStart::MIDNIGHT,
            week_start: WeekStart::Monday,
            work_days: MONDAY_TO_FRIDAY,
            work_hours: WorkHours { start: TimeOfDay::at(9, 0), end: TimeOfDay::at(18, 0) },
            day_target_minutes: DayTarget::nearest(480),
            overload_minutes: Overload::nearest(510),
            lunch: Lunch { from: TimeOfDay::at(12, 0), to: TimeOfDay::at(14, 30) },
            hydration_goal_ml: HydrationGoal::nearest(1800),
            break_after_minutes: BreakAfter::nearest(50),
            focus: None,
            quiet_hours: None,
            reminders: Reminders { breaks: true, hydration: true, meals: true, sessions: true, check_in: true, tasks: true },
            goals: Goals { tasks: TaskGoal::nearest(3), focus_minutes: FocusGoal::nearest(120) },
            summaries: Summaries { daily: false, weekly: false, at: TimeOfDay::at(18, 30) },
            carry_over: CarryOver::Weekly,
            labour_rules: LabourRules::None,
            model_reads_sentences: false,
        }
    }
}

const MONDAY_TO_FRIDAY: Weekdays =
    Weekdays(WeekdaySet::from_array([Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri]));

impl Reminders {
    pub fn is_any(&self) -> bool {
        let Self { breaks, hydration, meals, sessions, check_in, tasks } = *self;
        breaks || hydration || meals || sessions || check_in || tasks
    }
}

impl Default for Reminders {
    fn default() -> Self {
        Settings::default().reminders
    }
}

impl Default for Goals {
    fn default() -> Self {
        Settings::default().goals
    }
}

impl Default for Summaries {
    fn default() -> Self {
        Settings::default().summaries
    }
}

/// Settings as they are kept: what differs from the defaults.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Differences(pub Settings);

impl Serialize for Differences {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let value = |settings: &Settings| serde_json::to_value(settings).map_err(S::Error::custom);
        let (mut own, usual) = (value(&self.0)?, value(&Settings::default())?);
        if let Value::Object(members) = &mut own {
            members.retain(|name, value| usual.get(name) != Some(value));
        }
        own.serialize(serializer)
    }
}

/// What each day keeps of the settings, so that later ones concern the days that come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DaySettings {
    pub work_days: Weekdays,
    pub goals: Goals,
    pub overload_minutes: Overload,
    pub hydration_goal_ml: HydrationGoal,
    pub work_hours: WorkHours,
    pub lunch: Lunch,
}

impl Default for DaySettings {
    fn default() -> Self {
        Settings::default().of_day()
    }
}

impl Settings {
    pub fn of_day(&self) -> DaySettings {
        let Self { work_days, goals, overload_minutes, hydration_goal_ml, work_hours, lunch, .. } = *self;
        DaySettings { work_days, goals, overload_minutes, hydration_goal_ml, work_hours, lunch }
    }
}

/// The settings of a user who has changed some of them, one document a user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserSettings {
    pub user_id: UserId,
    pub settings: Differences,
    pub updated_at: Option<Timestamp>,
}

impl UserSettings {
    /// Those of a user who never changed any.
    pub fn unchanged(user_id: UserId) -> Self {
        Self { user_id, settings: Differences::default(), updated_at: None }
    }
}

impl Resource for UserSettings {
    const NOUN: &'static str = "Settings";
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_defaults_are_these() {
        let expected = json!({ "language": "en", "day_start": "00:00", "week_start": "monday",
            "work_days": ["mon", "tue", "wed", "thu", "fri"], "work_hours": { "start": "09:00", "end": "18:00" },
            "day_target_minutes": 480, "overload_minutes": 510, "lunch": { "from": "12:00", "to": "14:30" },
            "hydration_goal_ml": 1800, "break_after_minutes": 50, "focus": null, "quiet_hours": null,
            "reminders": { "breaks": true, "hydration": true, "meals": true, "sessions": true, "check_in": true, "tasks": true },
            "goals": { "tasks": 3, "focus_minutes": 120 }, "summaries": { "daily": false, "weekly": false, "at": "18:30" },
            "carry_over": "weekly", "labour_rules": "none", "model_reads_sentences": false });
        assert_eq!(serde_json::to_value(Settings::default()).expect("JSON"), expected);
        assert_eq!(serde_json::from_value::<Settings>(expected).expect("settings"), Settings::default());
    }

    #[test]
    fn a_day_from_before_more_was_kept_has_the_defaults_for_it() {
        let older = r#"{"work_days":["mon"],"goals":{"tasks":5,"focus_minutes":60},"overload_minutes":600}"#;
        let older: DaySettings = serde_json::from_str(older).expect("settings");
        assert_eq!((older.goals.tasks.get(), older.hydration_goal_ml.get()), (5, 1800));
        assert_eq!((older.lunch, older.work_hours), (Settings::default().lunch, Settings::default().work_hours));
    }

    #[test]
    fn what_is_kept_is_what_differs() {
        let mut settings = Settings::default();
        assert_eq!(serde_json::to_value(Differences(settings)).expect("JSON"), json!({}));
        settings.day_start = DayStart::after_midnight(240).expect("a start");
        settings.reminders.meals = false;
        let kept = serde_json::to_value(Differences(settings)).expect("JSON");
        assert_eq!((&kept["day_start"], kept.as_object().map(serde_json::Map::len)), (&json!("04:00"), Some(2)));
        assert_eq!(serde_json::from_value::<Differences>(kept).expect("settings").0, settings);
        // Of a version in which there was less to be reminded of.
        let older: Settings = serde_json::from_value(json!({ "reminders": { "meals": false } })).expect("settings");
        assert!(older.reminders.tasks && !older.reminders.meals);
    }
}
