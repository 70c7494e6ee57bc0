//! The rules: when each holds, what it follows from, what it says, and what can be done about it. Pure.

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::situation::Situation;
use crate::{
    assistant::{
        predictions::{levels::Level, risk::rounded},
        words::one_decimal,
    },
    choice,
    texts::{Arg, Language, text},
    work::median::median,
};

choice!(
    /// A rule, by its name.
    Rule as "RecommendationRule",
    BreakNow = "break_now",
    LunchNow = "lunch_now",
    DrinkWater = "drink_water",
    StopForToday = "stop_for_today",
    RestGap = "rest_gap",
    ProtectWeekend = "protect_weekend",
    QuietEvening = "quiet_evening",
    RescheduleOverdue = "reschedule_overdue",
    SplitTask = "split_task",
    CutWip = "cut_wip",
    PlanLightWeek = "plan_light_week",
    FocusSlot = "focus_slot",
    ReEstimate = "re_estimate",
    ReviewAutoClosed = "review_auto_closed",
    ShortenSessions = "shorten_sessions",
    StartSmall = "start_small",
    Celebrate = "celebrate",
    CheckIn = "check_in",
    ReconnectIntegration = "reconnect_integration",
    TalkToSomeone = "talk_to_someone",
);

/// The order in which rules are shown: what concerns health and the present first, then by their number.
pub const ORDER: [Rule; 20] = [
    Rule::TalkToSomeone,
    Rule::StopForToday,
    Rule::BreakNow,
    Rule::LunchNow,
    Rule::DrinkWater,
    Rule::ReviewAutoClosed,
    Rule::RestGap,
    Rule::ProtectWeekend,
    Rule::QuietEvening,
    Rule::RescheduleOverdue,
    Rule::SplitTask,
    Rule::CutWip,
    Rule::PlanLightWeek,
    Rule::FocusSlot,
    Rule::ReEstimate,
    Rule::ShortenSessions,
    Rule::StartSmall,
    Rule::Celebrate,
    Rule::CheckIn,
    Rule::ReconnectIntegration,
];

/// Something that a rule follows from.
#[derive(Debug, Clone, PartialEq)]
pub enum Given {
    Count(u32),
    /// With one decimal in texts.
    Hours(f64),
    Text(String),
}

/// A call of this API.
#[derive(Debug, Clone, PartialEq)]
pub struct Action {
    pub method: &'static str,
    pub path: String,
    pub body: Option<Value>,
}

/// A rule that holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    pub rule: Rule,
    /// Of its text.
    pub key: &'static str,
    /// What it follows from, by name.
    pub evidence: Vec<(&'static str, Given)>,
    pub action: Option<Action>,
}

impl Held {
    pub fn text(&self, language: Language) -> String {
        let shown: Vec<(&str, Shown)> = self.evidence.iter().map(|(name, given)| (*name, given.shown(language))).collect();
        let args: Vec<(&str, Arg<'_>)> = shown.iter().map(|(name, shown)| (*name, shown.arg())).collect();
        text(language, self.key, &args)
    }
}

enum Shown {
    Number(u64),
    Text(String),
}

impl Shown {
    fn arg(&self) -> Arg<'_> {
        match self {
            Self::Number(number) => Arg::Number(*number),
            Self::Text(text) => Arg::Text(text),
        }
    }
}

impl Given {
    fn shown(&self, language: Language) -> Shown {
        match self {
            Self::Count(count) => Shown::Number((*count).into()),
            Self::Text(text) => Shown::Text(text.clone()),
            Self::Hours(hours) => Shown::Text(one_decimal(language, *hours)),
        }
    }

    /// As callers see it.
    pub fn value(&self) -> Value {
        match self {
            Self::Count(count) => json!(count),
            Self::Hours(hours) => json!(rounded(*hours, 1)),
            Self::Text(text) => json!(text),
        }
    }
}

/// The rules that hold, in the order in which they are shown.
pub fn held(of: &Situation) -> Vec<Held> {
    ORDER.into_iter().filter_map(|rule| holds(rule, of)).collect()
}

/// A rule with what it follows from, if it holds.
fn holds(rule: Rule, of: &Situation) -> Option<Held> {
    at_work(rule, of).or_else(|| of_tasks(rule, of)).or_else(|| of_weeks(rule, of))
}

/// Rules for the present.
fn at_work(rule: Rule, of: &Situation) -> Option<Held> {
    use Given::{Count, Hours};
    Some(match rule {
        Rule::BreakNow => {
            when(of.continuous_minutes >= of.break_after_minutes && of.active_session.is_some())?;
            let action = post("/api/rests/start", json!({ "kind": "short" }));
            because(rule, "recommend_break_now", &[("minutes", Count(of.continuous_minutes))], action)
        }
        Rule::LunchNow => {
            when(of.lunch_due)?;
            because(rule, "recommend_lunch_now", &[], post("/api/rests/start", json!({ "kind": "lunch" })))
        }
        Rule::DrinkWater => {
            when(of.behind_ml >= 250)?;
            because(rule, "recommend_drink_water", &[("ml", Count(of.behind_ml))], post("/api/hydration", json!({ "ml": 250 })))
        }
        Rule::StopForToday => {
            let session = of.active_session?;
            when(of.worked_minutes >= 600 || of.worked_minutes * 4 >= of.target_minutes * 5)?;
            let evidence =
                [("hours", Hours(f64::from(of.worked_minutes) / 60.0)), ("target", Hours(f64::from(of.target_minutes) / 60.0))];
            because(rule, "recommend_stop_for_today", &evidence, post(&format!("/api/work_sessions/{session}/end"), json!({})))
        }
        Rule::RestGap => {
            let (session, minutes) = (of.active_session?, of.next_start_minutes.filter(|minutes| *minutes < 660)?);
            let evidence = [("hours", Hours(f64::from(minutes) / 60.0))];
            because(rule, "recommend_rest_gap", &evidence, post(&format!("/api/work_sessions/{session}/end"), json!({})))
        }
        Rule::StartSmall => {
            when(of.idle_days >= 3 && of.active_session.is_none() && of.worked_minutes == 0)?;
            let action = post("/api/work_sessions/start", json!({ "user_id": of.user_id }));
            because(rule, "recommend_start_small", &[("days", Count(of.idle_days))], action)
        }
        _ => return None,
    })
}

/// Rules for tasks and what is kept of work.
fn of_tasks(rule: Rule, of: &Situation) -> Option<Held> {
    use Given::{Count, Hours};
    Some(match rule {
        Rule::RescheduleOverdue => {
            when(of.overdue_tasks >= 5)?;
            because(rule, "recommend_reschedule_overdue", &[("tasks", Count(of.overdue_tasks))], get("/api/tasks?view=overdue"))
        }
        Rule::SplitTask => {
            let task = of.large_task?;
            let action = get(&format!("/api/tasks/{}", task.id));
            let id = ("task_id", Given::Text(task.id.to_string()));
            match (task.estimate_minutes.filter(|minutes| *minutes > 240), task.untouched_days.filter(|days| *days > 14)) {
                (Some(minutes), _) => {
                    because(rule, "recommend_split_large_task", &[("hours", Hours(f64::from(minutes) / 60.0)), id], action)
                }
                (None, Some(days)) => because(rule, "recommend_split_old_task", &[("days", Count(days)), id], action),
                (None, None) => return None,
            }
        }
        Rule::CutWip => {
            when(of.started_tasks > 5)?;
            let action = get("/api/tasks?completed=false&sort=-priority");
            because(rule, "recommend_cut_wip", &[("tasks", Count(of.started_tasks))], action)
        }
        Rule::FocusSlot => {
            let best = of.best_hour?;
            let evidence = [
                ("from", Given::Text(format!("{:02}:00", best.hour))),
                ("until", Given::Text(format!("{:02}:00", (best.hour + 1) % 24))),
                ("days", Count(best.dates)),
            ];
            because(rule, "recommend_focus_slot", &evidence, get("/api/tasks?view=today&sort=-priority"))
        }
        Rule::ReEstimate => {
            let ratio = median_ratio(&of.estimates)?;
            when(ratio > 1.5)?;
            let tasks = u32::try_from(of.estimates.len()).unwrap_or(u32::MAX);
            because(rule, "recommend_re_estimate", &[("ratio", Hours(ratio)), ("tasks", Count(tasks))], get("/api/tasks/summary"))
        }
        Rule::ReviewAutoClosed => {
            let first = of.to_review.first()?;
            let sessions = u32::try_from(of.to_review.len()).unwrap_or(u32::MAX);
            let action = get(&format!("/api/work_sessions/{first}"));
            because(rule, "recommend_review_auto_closed", &[("sessions", Count(sessions))], action)
        }
        Rule::Celebrate => {
            let best = of.best?;
            let evidence = [("tasks", Count(best.completed)), ("before", Count(best.before))];
            because(
                rule,
                "recommend_celebrate",
                &evidence,
                Action { method: "POST", path: "/api/companion/pet".into(), body: None },
            )
        }
        Rule::ReconnectIntegration => {
            let connection = of.lost_connection?;
            let evidence = [("connection_id", Given::Text(connection.to_string()))];
            because(rule, "recommend_reconnect_integration", &evidence, get(&format!("/api/connections/{connection}/authorize")))
        }
        _ => return None,
    })
}

/// Rules for how the last weeks went, and the next will.
fn of_weeks(rule: Rule, of: &Situation) -> Option<Held> {
    use Given::{Count, Hours};
    Some(match rule {
        Rule::ProtectWeekend => {
            when(of.rest_days_worked >= 2)?;
            because(rule, "recommend_protect_weekend", &[("days", Count(of.rest_days_worked))], get("/api/tasks?view=upcoming"))
        }
        Rule::QuietEvening => {
            when(of.after_hours >= 4.0)?;
            let evidence = [("hours", Hours(of.after_hours))];
            if of.own_quiet_hours {
                return Some(because(rule, "recommend_end_on_time", &evidence, None));
            }
            let quiet = json!({ "quiet_hours": { "from": of.work_hours.end, "to": of.work_hours.start } });
            because(rule, "recommend_quiet_evening", &evidence, patch("/api/settings", quiet))
        }
        Rule::PlanLightWeek => {
            let hours = of.next_week_hours.filter(|hours| *hours >= 48.0)?;
            because(rule, "recommend_plan_light_week", &[("hours", Hours(hours))], get("/api/tasks?view=upcoming"))
        }
        Rule::ShortenSessions => {
            let minutes = median(of.session_minutes.iter().copied())?;
            let energy = of.energy?;
            when(minutes > 90 && energy <= 2.5)?;
            let focus = json!({ "focus": { "work": 50, "rest": 10, "long_rest": 20, "every": 4 } });
            let evidence = [("minutes", Count(minutes)), ("energy", Hours(energy))];
            // Lengths of one's own are not replaced.
            let action = (!of.own_focus).then(|| patch("/api/settings", focus));
            because(rule, "recommend_shorten_sessions", &evidence, action)
        }
        Rule::CheckIn => {
            let days = of.days_without_check_in.filter(|days| *days >= 5)?;
            // How much energy there is, only the person can say.
            let action = Action { method: "POST", path: "/api/check_ins".into(), body: None };
            because(rule, "recommend_check_in", &[("days", Count(days))], action)
        }
        Rule::TalkToSomeone => {
            let days = of.levels.iter().rev().take_while(|level| **level == Some(Level::High)).count();
            let days = u32::try_from(days).ok().filter(|days| *days >= 14)?;
            because(rule, "recommend_talk_to_someone", &[("days", Count(days))], None)
        }
        _ => return None,
    })
}

fn when(is: bool) -> Option<()> {
    is.then_some(())
}

fn because(rule: Rule, key: &'static str, evidence: &[(&'static str, Given)], action: impl Into<Option<Action>>) -> Held {
    Held { rule, key, evidence: evidence.to_vec(), action: action.into() }
}

fn get(path: &str) -> Action {
    Action { method: "GET", path: path.to_owned(), body: None }
}

fn post(path: &str, body: Value) -> Action {
    Action { method: "POST", path: path.to_owned(), body: Some(body) }
}

fn patch(path: &str, body: Value) -> Action {
    Action { method: "PATCH", path: path.to_owned(), body: Some(body) }
}

/// Of ten tasks or more: how much longer than estimated the one in the middle took.
fn median_ratio(estimates: &[(u32, u32)]) -> Option<f64> {
    let mut ratios: Vec<f64> = estimates
        .iter()
        .filter(|(estimated, _)| *estimated > 0)
        .map(|(estimated, spent)| f64::from(*spent) / f64::from(*estimated))
        .collect();
    ratios.sort_unstable_by(f64::total_cmp);
    let (upper, lower) = (ratios.get(ratios.len() / 2)?, ratios.get(ratios.len().checked_sub(1)? / 2)?);
    (ratios.len() >= 10).then(|| lower.midpoint(*upper))
}

/// The id of a recommendation: the rule and the date on which it first held.
pub fn id(rule: Rule, since: NaiveDate) -> String {
    format!("{}:{since}", rule.name())
}

#[cfg(test)]
mod tests;
