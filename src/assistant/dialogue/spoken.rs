//! Who speaks, and how the program says things to them. Pure.

use chrono::{Datelike as _, NaiveDate};

use super::model::{Command, Did};
use crate::{
    accounts::settings::model::{Language, Settings},
    assistant::narratives::story::day_and_month,
    interaction::grammar::model::{Due, Intent, Meal, Priority, Rest, Speaker},
    kernel::{Ctx, DayRule, IdempotencyKey, Owner, Timestamp},
    texts::{Arg, text},
    work::tasks::model::TaskId,
};

/// One turn, and what is known of who has it.
#[derive(Debug)]
pub struct Turn<'a> {
    pub ctx: &'a Ctx,
    pub owner: Owner,
    pub settings: Settings,
    pub days: DayRule,
    /// Under which whatever is created is created once.
    pub key: Option<IdempotencyKey>,
}

/// What a turn came to, before it is kept: a text by its key, and what was done.
#[derive(Debug, Default)]
pub struct Spoken {
    pub key: &'static str,
    pub text: String,
    pub did: Vec<Did>,
    /// The tasks that the text numbers.
    pub listed: Vec<TaskId>,
}

impl Turn<'_> {
    pub fn language(&self) -> Language {
        self.settings.language
    }

    pub fn today(&self) -> NaiveDate {
        self.days.date_at(self.ctx.now())
    }

    pub fn say(&self, key: &'static str, args: &[(&str, Arg<'_>)]) -> Spoken {
        Spoken { key, text: text(self.language(), key, args), ..Spoken::default() }
    }

    /// A time of day.
    pub fn time(&self, at: Timestamp) -> String {
        at.in_zone(self.days.zone).format("%H:%M").to_string()
    }

    /// A number with decimals.
    pub fn decimal(&self, number: f64) -> String {
        let number = number.to_string();
        if self.language() == Language::Es { number.replace('.', ",") } else { number }
    }

    /// What the grammar has to know of who speaks.
    pub fn speaker(&self) -> Speaker {
        let Settings { week_start, work_days, work_hours, lunch, language, .. } = self.settings;
        Speaker {
            now: self.ctx.now().in_zone(chrono_tz::UTC).to_utc(),
            zone: self.days.zone,
            today: self.today(),
            week_start: week_start.weekday(),
            work_days: work_days.0.iter(chrono::Weekday::Mon).collect(),
            work_hours: (work_hours.start.0, work_hours.end.0),
            lunch: (lunch.from.0, lunch.to.0),
            language,
        }
    }

    /// What a command would do, in words, with all that was said for it. `title`: that of the task that it is about.
    pub fn described(&self, command: &Command, title: Option<&str>) -> String {
        let slots = &command.slots;
        let mut parts = vec![text(self.language(), name(command.intent), &[])];
        parts.extend(title.or(slots.title.as_deref()).map(str::to_owned));
        parts.extend(slots.due.map(when));
        parts.extend(slots.priority.map(|of| text(self.language(), priority(of), &[])));
        parts.extend(slots.tags.iter().map(|tag| format!("#{tag}")));
        parts.extend(slots.estimate_minutes.map(|minutes| format!("{minutes} min")));
        parts.extend(slots.ml.map(|ml| format!("{ml} ml")));
        parts.extend(slots.meal.map(|kind| text(self.language(), meal(kind), &[])));
        parts.extend(slots.rest.map(|kind| text(self.language(), rest(kind), &[])));
        parts.extend(slots.energy.map(|energy| format!("{energy}/5")));
        parts.extend(slots.at.map(|at| {
            let at = at.with_timezone(&self.days.zone);
            let now = self.ctx.now().in_zone(self.days.zone);
            at.format(if at.date_naive() == now.date_naive() { "%H:%M" } else { "%Y-%m-%d %H:%M" }).to_string()
        }));
        parts.join(" · ")
    }
}

pub fn when(due: Due) -> String {
    match due {
        Due::On(date) => date.to_string(),
        Due::At(at) => at.format("%Y-%m-%d %H:%M").to_string(),
    }
}

/// When something is due as it is said in a sentence, with the year where that is another one.
pub fn due_in_words(turn: &Turn<'_>, due: Due) -> String {
    let language = turn.language();
    let (date, time) = match due {
        Due::On(date) => (date, None),
        Due::At(at) => (at.date(), Some(at.time().format("%H:%M").to_string())),
    };
    let said = if date.year() == turn.today().year() {
        day_and_month(language, date)
    } else {
        let month = text(language, &format!("month_{}", date.month()), &[]);
        let (day, year) = (date.day().to_string(), date.year().to_string());
        let args = [("day", Arg::Text(&day)), ("month", Arg::Text(&month)), ("year", Arg::Text(&year))];
        text(language, "dialogue_date_of_year", &args)
    };
    let Some(time) = time else { return said };
    text(language, "dialogue_date_and_time", &[("date", Arg::Text(&said)), ("time", Arg::Text(&time))])
}

/// The key of what a meal is called.
pub const fn meal(meal: Meal) -> &'static str {
    match meal {
        Meal::Breakfast => "dialogue_breakfast",
        Meal::Lunch => "dialogue_lunch",
        Meal::Dinner => "dialogue_dinner",
        Meal::Snack => "dialogue_snack",
    }
}

const fn rest(rest: Rest) -> &'static str {
    match rest {
        Rest::Micro => "dialogue_rest_micro",
        Rest::Short => "dialogue_rest_short",
        Rest::Long => "dialogue_rest_long",
        Rest::Lunch => "dialogue_rest_lunch",
    }
}

const fn priority(priority: Priority) -> &'static str {
    match priority {
        Priority::Low => "dialogue_priority_low",
        Priority::Medium => "dialogue_priority_medium",
        Priority::High => "dialogue_priority_high",
        Priority::Urgent => "dialogue_priority_urgent",
    }
}

/// The key of what an intent is called.
pub const fn name(intent: Intent) -> &'static str {
    match intent {
        Intent::StartWork => "dialogue_name_start_work",
        Intent::EndWork => "dialogue_name_end_work",
        Intent::PauseWork => "dialogue_name_pause_work",
        Intent::ResumeWork => "dialogue_name_resume_work",
        Intent::AddTask => "dialogue_name_add_task",
        Intent::CompleteTask => "dialogue_name_complete_task",
        Intent::ListTasks => "dialogue_name_list_tasks",
        Intent::LogWater => "dialogue_name_log_water",
        Intent::LogMeal => "dialogue_name_log_meal",
        Intent::StartRest => "dialogue_name_start_rest",
        Intent::EndRest => "dialogue_name_end_rest",
        Intent::LogEnergy => "dialogue_name_log_energy",
        Intent::ShowStats => "dialogue_name_show_stats",
        Intent::ShowWeek => "dialogue_name_show_week",
        Intent::ShowCompanion => "dialogue_name_show_companion",
        Intent::Help => "dialogue_name_help",
        Intent::Undo => "dialogue_name_undo",
    }
}
