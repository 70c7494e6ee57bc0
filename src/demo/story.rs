//! What the person does on each date, by the minute. Pure, and the same each time.

use chrono::{Datelike as _, Days, NaiveDate, NaiveTime, Weekday};
use chrono_tz::Tz;
use serde_json::{Value, json};

use crate::kernel::Chance;

/// One request.
pub struct Step {
    pub method: &'static str,
    /// With what was kept in braces, as `{me}`.
    pub path: String,
    pub body: Option<Value>,
    /// Under which name the id of the answer is kept.
    pub keep: Option<String>,
}

const TASKS: &[(&str, &str, Option<u32>, &str)] = &[
    ("Write the summary for Marta", "report", Some(45), "high"),
    ("Answer the tax office", "admin", Some(20), "medium"),
    ("Review the pull request on retries", "code", Some(30), "high"),
    ("Prepare the slides for Thursday", "report", Some(90), "medium"),
    ("Call the landlord about the heating", "home", Some(10), "low"),
    ("Plan the next sprint with Jonas", "team", Some(60), "high"),
    ("Read the paper on spaced repetition", "learning", Some(40), "low"),
    ("Fix the export of invoices", "code", Some(75), "urgent"),
    ("Book the train to Valencia", "home", Some(15), "medium"),
    ("Write tests for the calendar", "code", Some(60), "medium"),
    ("Interview with a candidate", "team", Some(50), "high"),
    ("Tidy the backlog", "team", Some(25), "low"),
    ("Update the onboarding guide", "report", Some(35), "medium"),
    ("Pay the electricity bill", "home", None, "medium"),
    ("Sketch the new start page", "design", Some(80), "medium"),
    ("Compare two map libraries", "learning", Some(45), "low"),
    ("Send the offer to the museum", "admin", Some(30), "high"),
    ("Water the plants", "home", None, "low"),
    ("Retrospective notes", "team", Some(20), "medium"),
    ("Measure the slow query", "code", Some(40), "high"),
];

/// A week off in the middle, and two days in bed.
const HOLIDAY: (u64, u64) = (75, 84);
const IN_BED: (u64, u64) = (128, 129);

fn step(method: &'static str, path: impl Into<String>, body: Option<Value>) -> Step {
    Step { method, path: path.into(), body, keep: None }
}

fn kept(name: impl Into<String>, step: Step) -> Step {
    Step { keep: Some(name.into()), ..step }
}

pub fn time(minute: u32) -> NaiveTime {
    NaiveTime::from_num_seconds_from_midnight_opt(minute.min(1439) * 60, 0).unwrap_or(NaiveTime::MIN)
}

/// What is set once.
pub fn beginning(first: NaiveDate, zone: Tz) -> Vec<Step> {
    let date = |days: u64| first.checked_add_days(Days::new(days)).unwrap_or(first).to_string();
    let off = |(from, to): (u64, u64), kind: &str| {
        step("POST", "/api/time_off", Some(json!({ "from": date(from), "to": date(to), "kind": kind })))
    };
    vec![
        step("PATCH", "/api/users/{me}", Some(json!({ "time_zone": zone.name() }))),
        step("PATCH", "/api/companion", Some(json!({ "name": "Nori" }))),
        step("PATCH", "/api/settings", Some(json!({ "labour_rules": "eu_base", "goals": { "tasks": 4, "focus_minutes": 150 } }))),
        off(HOLIDAY, "vacation"),
        off(IN_BED, "sick"),
    ]
}

/// What happens on a date, in the order of its minutes.
pub fn day(date: NaiveDate, first: NaiveDate) -> Vec<(u32, Step)> {
    let number = u64::try_from(date.signed_duration_since(first).num_days()).unwrap_or(0);
    let mut day = Day { chance: Chance::of(number + 1), date, steps: Vec::new() };
    let is_off = [HOLIDAY, IN_BED].iter().any(|(from, to)| (*from..=*to).contains(&number));
    match date.weekday() {
        _ if is_off || day.chance.percent(3) => {}
        Weekday::Sat | Weekday::Sun => day.weekend(),
        _ => day.work(),
    }
    day.steps.sort_by_key(|(minute, _)| *minute);
    day.steps
}

/// One date as it is made up.
struct Day {
    chance: Chance,
    date: NaiveDate,
    steps: Vec<(u32, Step)>,
}

impl Day {
    fn weekend(&mut self) {
        if self.chance.percent(35) {
            let minute = self.chance.within(620, 700);
            self.task(0, minute, Some(minute + 90), &[13, 17, 4, 8]);
        }
        if self.chance.percent(50) {
            let glasses = self.chance.within(1, 3);
            self.water(glasses, 600, 1200);
        }
    }

    fn work(&mut self) {
        let start = self.chance.within(505, 560);
        let lunch = self.chance.within(770, 810);
        let end = self.chance.within(1005, 1085);
        self.sessions(start, lunch, end);
        self.tasks(start, end);
        if self.chance.percent(70) {
            let energy = self.chance.within(2, 5);
            self.add(start + 12, step("POST", "/api/check_ins", Some(json!({ "energy": energy }))));
        }
        if self.chance.percent(85) {
            self.add(lunch + 8, step("POST", "/api/meals", Some(json!({ "kind": "lunch" }))));
        }
        if self.chance.percent(40) {
            self.add(start - 35, step("POST", "/api/meals", Some(json!({ "kind": "breakfast" }))));
        }
        let glasses = self.chance.within(3, 8);
        self.water(glasses, start, end + 90);
    }

    /// Before and after lunch, each with pauses.
    fn sessions(&mut self, start: u32, lunch: u32, end: u32) {
        for (name, from, to) in [("morning", start, lunch), ("afternoon", lunch + self.chance.within(35, 55), end)] {
            self.add(from, kept(name, step("POST", "/api/work_sessions/start", Some(json!({ "user_id": "{me}" })))));
            let mut reached = from + self.chance.within(45, 95);
            while reached + 25 < to {
                let length = self.chance.within(5, 14);
                self.add(reached, step("POST", format!("/api/work_sessions/{{{name}}}/pause"), None));
                self.add(reached + length, step("POST", format!("/api/work_sessions/{{{name}}}/resume"), None));
                reached += length + self.chance.within(45, 95);
            }
            self.add(to, step("POST", format!("/api/work_sessions/{{{name}}}/end"), None));
        }
    }

    fn tasks(&mut self, start: u32, end: u32) {
        let all: Vec<usize> = (0..TASKS.len()).collect();
        for number in 0..self.chance.within(4, 7) {
            let made = start + 3 + number;
            let done = self.chance.percent(82).then(|| self.chance.within(made + 30, end - 5));
            self.task(number, made, done, &all);
            // Most of what was not done turns out not to be needed.
            if done.is_none() && self.chance.percent(90) {
                self.add(end - 1, step("DELETE", format!("/api/tasks/{{task{number}}}"), None));
            }
        }
    }

    fn task(&mut self, number: u32, made: u32, done: Option<u32>, among: &[usize]) {
        let Some((title, tag, estimate, priority)) = self.chance.one_of(among).and_then(|index| TASKS.get(*index)) else {
            return;
        };
        let name = format!("task{number}");
        let body = json!({ "title": title, "tags": [tag], "estimate_minutes": estimate, "priority": priority,
            "planned_for": self.date.to_string(), "user_id": "{me}" });
        self.add(made, kept(&name, step("POST", "/api/tasks", Some(body))));
        let Some(done) = done else { return };
        if self.chance.percent(45) {
            let took = estimate.unwrap_or(20).min(done - made);
            self.add(done - took, step("POST", format!("/api/tasks/{{{name}}}/timer/start"), None));
        }
        self.add(done, step("PATCH", format!("/api/tasks/{{{name}}}"), Some(json!({ "action": "complete" }))));
    }

    fn water(&mut self, glasses: u32, from: u32, to: u32) {
        for _ in 0..glasses {
            let (minute, ml) = (self.chance.within(from, to), 50 * self.chance.within(4, 8));
            self.add(minute, step("POST", "/api/hydration", Some(json!({ "ml": ml }))));
        }
    }

    fn add(&mut self, minute: u32, step: Step) {
        self.steps.push((minute, step));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Vec<Vec<(u32, Step)>> {
        let first = NaiveDate::from_ymd_opt(2026, 6, 1).expect("a date");
        first.iter_days().take(200).map(|date| day(date, first)).collect()
    }

    #[test]
    fn it_is_the_same_each_time_and_in_order() {
        let shown = |days: &[Vec<(u32, Step)>]| {
            let steps =
                days.iter().flatten().map(|(minute, step)| format!("{minute} {} {} {:?}", step.method, step.path, step.body));
            steps.collect::<Vec<_>>()
        };
        assert_eq!(shown(&all()), shown(&all()));
        assert!(all().iter().all(|day| day.is_sorted_by_key(|(minute, _)| *minute)));
        assert!(all().iter().flatten().count() > 3_000);
    }

    #[test]
    fn sessions_end_and_pauses_too_before_the_next_begins() {
        for day in all() {
            let mut running = Vec::new();
            for (_, step) in day.iter().filter(|(_, step)| step.path.starts_with("/api/work_sessions")) {
                match step.path.rsplit('/').next().unwrap_or_default() {
                    "start" | "pause" => running.push(step.path.clone()),
                    "resume" | "end" => drop(running.pop()),
                    _ => {}
                }
                assert!(running.len() <= 2, "{}", step.path);
            }
            assert_eq!(running, Vec::<String>::new());
        }
    }

    #[test]
    fn nothing_is_done_in_the_holiday() {
        let days = all();
        assert!((HOLIDAY.0..=HOLIDAY.1).all(|number| days[usize::try_from(number).expect("small")].is_empty()));
    }
}
