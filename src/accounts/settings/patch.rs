//! How settings are changed: a member that is left out stays, null puts its default back. Pure.

use serde::Deserialize;
use utoipa::ToSchema;

use super::model::{
    BreakAfter, CarryOver, DayTarget, Focus, FocusGoal, Goals, HydrationGoal, LabourRules, Language, Lunch, Overload, QuietHours,
    Reminders, Settings, Summaries, TaskGoal, TimeOfDay, WeekStart, WorkHours, day_start_as_time,
};
use crate::kernel::{DayStart, Nullable, Result, Rule, Weekdays, nullable::given};

/// What to change of the settings. Null puts the default back.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[schema(as = UpdateSettingsBody, example = json!({ "language": "es", "day_start": "04:00", "goals": { "tasks": 5 } }))]
pub struct SettingsPatch {
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Language>)]
    language: Option<Nullable<Language>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<DayStart>)]
    day_start: Option<Nullable<StartOfDays>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<WeekStart>)]
    week_start: Option<Nullable<WeekStart>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Weekdays>)]
    work_days: Option<Nullable<Weekdays>>,
    /// As a whole.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<WorkHours>)]
    work_hours: Option<Nullable<WorkHours>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<DayTarget>)]
    day_target_minutes: Option<Nullable<DayTarget>>,
    /// Not less than the target.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Overload>)]
    overload_minutes: Option<Nullable<Overload>>,
    /// As a whole.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Lunch>)]
    lunch: Option<Nullable<Lunch>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<HydrationGoal>)]
    hydration_goal_ml: Option<Nullable<HydrationGoal>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<BreakAfter>)]
    break_after_minutes: Option<Nullable<BreakAfter>>,
    /// As a whole.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Focus>)]
    focus: Option<Nullable<Focus>>,
    /// As a whole.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<QuietHours>)]
    quiet_hours: Option<Nullable<QuietHours>>,
    /// Those that are given.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<RemindersPatch>)]
    reminders: Option<Nullable<RemindersPatch>>,
    /// Those that are given.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<GoalsPatch>)]
    goals: Option<Nullable<GoalsPatch>>,
    /// What is given of them.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<SummariesPatch>)]
    summaries: Option<Nullable<SummariesPatch>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<CarryOver>)]
    carry_over: Option<Nullable<CarryOver>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<LabourRules>)]
    labour_rules: Option<Nullable<LabourRules>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<bool>)]
    model_reads_sentences: Option<Nullable<bool>>,
}

/// The start of days as it is sent.
#[derive(Debug, Clone, Copy, Deserialize)]
struct StartOfDays(#[serde(with = "day_start_as_time")] DayStart);

#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
struct RemindersPatch {
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<bool>)]
    breaks: Option<Nullable<bool>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<bool>)]
    hydration: Option<Nullable<bool>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<bool>)]
    meals: Option<Nullable<bool>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<bool>)]
    sessions: Option<Nullable<bool>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<bool>)]
    check_in: Option<Nullable<bool>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<bool>)]
    tasks: Option<Nullable<bool>>,
}

#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
struct GoalsPatch {
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<TaskGoal>)]
    tasks: Option<Nullable<TaskGoal>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<FocusGoal>)]
    focus_minutes: Option<Nullable<FocusGoal>>,
}

#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
struct SummariesPatch {
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<bool>)]
    daily: Option<Nullable<bool>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<bool>)]
    weekly: Option<Nullable<bool>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<TimeOfDay>)]
    at: Option<Nullable<TimeOfDay>>,
}

impl Settings {
    /// The settings after the patch. Errors: `InvalidField` where members do not go together.
    pub fn patched(&self, patch: &SettingsPatch) -> Result<Self> {
        let usual = Self::default();
        let patched = Self {
            language: of(patch.language.as_ref(), self.language, usual.language),
            day_start: of(patch.day_start.as_ref(), StartOfDays(self.day_start), StartOfDays(usual.day_start)).0,
            week_start: of(patch.week_start.as_ref(), self.week_start, usual.week_start),
            work_days: of(patch.work_days.as_ref(), self.work_days, usual.work_days),
            work_hours: of(patch.work_hours.as_ref(), self.work_hours, usual.work_hours),
            day_target_minutes: of(patch.day_target_minutes.as_ref(), self.day_target_minutes, usual.day_target_minutes),
            overload_minutes: of(patch.overload_minutes.as_ref(), self.overload_minutes, usual.overload_minutes),
            lunch: of(patch.lunch.as_ref(), self.lunch, usual.lunch),
            hydration_goal_ml: of(patch.hydration_goal_ml.as_ref(), self.hydration_goal_ml, usual.hydration_goal_ml),
            break_after_minutes: of(patch.break_after_minutes.as_ref(), self.break_after_minutes, usual.break_after_minutes),
            focus: patch.focus.as_ref().map_or(self.focus, |focus| focus.0),
            quiet_hours: patch.quiet_hours.as_ref().map_or(self.quiet_hours, |hours| hours.0),
            reminders: merged(patch.reminders.as_ref(), self.reminders, usual.reminders, Reminders::patched),
            goals: merged(patch.goals.as_ref(), self.goals, usual.goals, Goals::patched),
            summaries: merged(patch.summaries.as_ref(), self.summaries, usual.summaries, Summaries::patched),
            carry_over: of(patch.carry_over.as_ref(), self.carry_over, usual.carry_over),
            labour_rules: of(patch.labour_rules.as_ref(), self.labour_rules, usual.labour_rules),
            model_reads_sentences: of(
                patch.model_reads_sentences.as_ref(),
                self.model_reads_sentences,
                usual.model_reads_sentences,
            ),
        };
        if patched.overload_minutes.get() >= patched.day_target_minutes.get() {
            return Ok(patched);
        }
        // The one that was sent is at fault.
        Err(match patch.overload_minutes {
            Some(_) => Rule::field("must not be less than 'day_target_minutes'").of_field("overload_minutes"),
            None => Rule::field("must not be more than 'overload_minutes'").of_field("day_target_minutes"),
        })
    }
}

impl Reminders {
    fn patched(self, patch: &RemindersPatch, usual: Self) -> Self {
        Self {
            breaks: of(patch.breaks.as_ref(), self.breaks, usual.breaks),
            hydration: of(patch.hydration.as_ref(), self.hydration, usual.hydration),
            meals: of(patch.meals.as_ref(), self.meals, usual.meals),
            sessions: of(patch.sessions.as_ref(), self.sessions, usual.sessions),
            check_in: of(patch.check_in.as_ref(), self.check_in, usual.check_in),
            tasks: of(patch.tasks.as_ref(), self.tasks, usual.tasks),
        }
    }
}

impl Goals {
    fn patched(self, patch: &GoalsPatch, usual: Self) -> Self {
        Self {
            tasks: of(patch.tasks.as_ref(), self.tasks, usual.tasks),
            focus_minutes: of(patch.focus_minutes.as_ref(), self.focus_minutes, usual.focus_minutes),
        }
    }
}

impl Summaries {
    fn patched(self, patch: &SummariesPatch, usual: Self) -> Self {
        Self {
            daily: of(patch.daily.as_ref(), self.daily, usual.daily),
            weekly: of(patch.weekly.as_ref(), self.weekly, usual.weekly),
            at: of(patch.at.as_ref(), self.at, usual.at),
        }
    }
}

/// A member after a patch.
fn of<T: Copy>(given: Option<&Nullable<T>>, is: T, usual: T) -> T {
    given.map_or(is, |given| given.0.unwrap_or(usual))
}

/// An object after a patch of some of its members.
fn merged<T, P>(given: Option<&Nullable<P>>, is: T, usual: T, patched: fn(T, &P, T) -> T) -> T {
    match given {
        None => is,
        Some(Nullable(None)) => usual,
        Some(Nullable(Some(patch))) => patched(is, patch, usual),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn patched(settings: &Settings, patch: Value) -> Result<Settings> {
        settings.patched(&serde_json::from_value(patch).expect("a patch"))
    }

    fn shown(settings: &Settings) -> Value {
        serde_json::to_value(settings).expect("JSON")
    }

    #[test]
    fn what_is_left_out_stays_and_null_puts_the_default_back() {
        let mut expected = shown(&Settings::default());
        let set = json!({ "language": "es", "day_start": "04:30", "week_start": "sunday", "work_days": ["sun", "mon"],
            "work_hours": { "start": "22:00", "end": "06:00" }, "day_target_minutes": 400, "overload_minutes": 400,
            "lunch": { "from": "13:00", "to": "13:30" }, "hydration_goal_ml": 2000, "break_after_minutes": 25,
            "focus": { "work": 25, "rest": 5, "long_rest": 15, "every": 4 }, "quiet_hours": { "from": "21:00", "to": "07:00" },
            "reminders": { "meals": false, "tasks": false }, "goals": { "tasks": 5 }, "summaries": { "daily": true, "at": "19:00" },
            "carry_over": "never", "labour_rules": "de", "model_reads_sentences": true });
        let own = patched(&Settings::default(), set.clone()).expect("good");
        assert_eq!(patched(&own, json!({})).expect("good"), own);
        for (name, value) in set.as_object().expect("an object") {
            match value {
                Value::Object(members) if ["reminders", "goals", "summaries"].contains(&name.as_str()) => {
                    members.iter().for_each(|(member, value)| expected[name][member] = value.clone());
                }
                _ => expected[name] = value.clone(),
            }
        }
        expected["work_days"] = json!(["mon", "sun"]);
        assert_eq!(shown(&own), expected);

        let other =
            patched(&own, json!({ "reminders": { "meals": null }, "goals": null, "summaries": { "at": null } })).expect("good");
        assert_eq!((other.reminders.meals, other.reminders.tasks, other.goals), (true, false, Goals::default()));
        assert_eq!((other.summaries.daily, other.summaries.at), (true, Summaries::default().at));
        let nulls: Value = set.as_object().expect("an object").keys().map(|name| (name.clone(), Value::Null)).collect();
        assert_eq!(patched(&own, nulls).expect("good"), Settings::default());
    }

    #[test]
    fn too_much_work_is_not_less_than_what_is_meant() {
        let wrong = |settings: &Settings, patch| patched(settings, patch).expect_err("wrong").field().map(str::to_owned);
        let usual = Settings::default();
        assert_eq!(wrong(&usual, json!({ "overload_minutes": 479 })).as_deref(), Some("overload_minutes"));
        assert_eq!(wrong(&usual, json!({ "day_target_minutes": 511 })).as_deref(), Some("day_target_minutes"));
        let long = patched(&usual, json!({ "day_target_minutes": 600, "overload_minutes": 600 })).expect("good");
        assert_eq!(wrong(&long, json!({ "overload_minutes": null })).as_deref(), Some("overload_minutes"));
        assert!(patched(&long, json!({ "overload_minutes": null, "day_target_minutes": null })).is_ok());
    }
}
