//! Some dates as the API answers them, and the facts in these answers. Pure.

use chrono::{Datelike as _, NaiveDate};
use serde_json::json;

use super::story::{Fact, length, minutes_of_micros};
use crate::{
    kernel::UserId,
    work::{
        days::model::DayEntry,
        metrics::model::{Metric, Value as Figure},
    },
};

/// With fewer tasks in four weeks no day of the week stands out.
const FEW_TASKS: u64 = 4;

/// What `days` and `metrics` answer for a range of dates.
#[derive(Debug, Clone, PartialEq)]
pub struct Period {
    pub user_id: UserId,
    pub from: NaiveDate,
    pub to: NaiveDate,
    /// Those with an entry, ascending.
    pub days: Vec<DayEntry>,
    pub metrics: Vec<Metric>,
}

/// A part of the day, by the clock on the wall.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Night,
    Morning,
    Afternoon,
    Evening,
}

impl Part {
    const ALL: [Self; 4] = [Self::Night, Self::Morning, Self::Afternoon, Self::Evening];

    /// The key of its name.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Night => "story_part_night",
            Self::Morning => "story_part_morning",
            Self::Afternoon => "story_part_afternoon",
            Self::Evening => "story_part_evening",
        }
    }
}

impl Period {
    fn source(&self, route: &str, pointer: &str) -> String {
        format!("/api/stats/{}/{route}?from={}&to={}#{pointer}", self.user_id, self.from, self.to)
    }

    /// The first or the last date, as it is shown.
    pub fn date(&self, member: &'static str, shown: String) -> Fact {
        let date = if member == "from" { self.from } else { self.to };
        Fact { key: member, value: json!(date), unit: "date", shown, source: self.source("days", &format!("/{member}")) }
    }

    /// The work of one of the dates.
    pub fn focus(&self, index: usize) -> Fact {
        let micros = focus(&self.days[index]);
        #[expect(clippy::cast_precision_loss, reason = "exact up to 2^53 microseconds, 285 years")]
        let seconds = micros as f64 / 1e6;
        let source = self.source("days", &format!("/days/{index}/focus_seconds"));
        Fact { key: "focus_seconds", value: json!(seconds), unit: "s", shown: length(minutes_of_micros(micros)), source }
    }

    /// A number that `days` has of one of the dates.
    pub fn count(&self, index: usize, key: &'static str) -> (Fact, u64) {
        let day = &self.days[index];
        let count = match key {
            "created_tasks" => day.created_tasks,
            "completed_tasks" => day.completed_tasks,
            _ => day.sessions,
        };
        let source = self.source("days", &format!("/days/{index}/{key}"));
        (Fact { key, value: json!(count), unit: "count", shown: count.to_string(), source }, count.into())
    }

    /// A metric as it is shown, where there is one.
    pub fn metric(&self, key: &str) -> Option<(Fact, f64)> {
        let index = self.metrics.iter().position(|metric| metric.key == key)?;
        let metric = &self.metrics[index];
        let figure = metric.value?;
        let (value, number, shown) = match figure {
            Figure::Count(count) => {
                let number = u32::try_from(count).map_or(f64::MAX, f64::from);
                (json!(count), number, count.to_string())
            }
            Figure::TimeOfDay(minute) => {
                let time = format!("{:02}:{:02}", minute / 60, minute % 60);
                (json!(time), f64::from(minute), time)
            }
            Figure::Number(number) => (json!(number), number, shown(number, metric.unit)),
        };
        let source = self.source("metrics", &format!("/metrics/{index}/value"));
        Some((Fact { key: metric.key, value, unit: metric.unit, shown, source }, number))
    }

    /// How many dates have work.
    pub fn worked_dates(&self) -> usize {
        self.days.iter().filter(|day| focus(day) > 0).count()
    }

    pub fn worked(&self) -> u64 {
        self.days.iter().map(focus).sum()
    }

    /// The date with the most work, where there is any.
    pub fn longest(&self) -> Option<usize> {
        // Of two that are equal, the earlier.
        let found = self.days.iter().enumerate().rev().max_by_key(|(_, day)| focus(day));
        found.filter(|(_, day)| focus(day) > 0).map(|(index, _)| index)
    }

    /// The part of the day with most of the work, where that is more than half of it, and whether it is all of it.
    pub fn part(&self) -> Option<(Part, bool)> {
        let of = |part: usize| self.days.iter().flat_map(|day| &day.focus_by_hour[part * 6..part * 6 + 6]).sum::<u64>();
        let (most, part) = (0..4).map(|part| (of(part), part)).max()?;
        let worked = self.worked();
        (most * 2 > worked).then_some((Part::ALL[part], most == worked))
    }

    /// A date of the day of the week on which most tasks were completed, or where there are none most was worked, with more than
    /// each other one. Of a few tasks nothing is said.
    pub fn best_weekday(&self) -> Option<NaiveDate> {
        let done = self.days.iter().any(|day| day.completed_tasks > 0);
        let of = |day: &DayEntry| if done { day.completed_tasks.into() } else { focus(day) };
        let mut sums = [(0, None); 7];
        for day in &self.days {
            let place = &mut sums[day.date.weekday().num_days_from_monday() as usize];
            *place = (place.0 + of(day), Some(day.date));
        }
        sums.sort_unstable_by_key(|(sum, _)| *sum);
        let is_most = sums[6].0 > sums[5].0 && (!done || sums[6].0 >= FEW_TASKS);
        sums[6].1.filter(|_| is_most)
    }
}

pub fn focus(day: &DayEntry) -> u64 {
    day.focus_by_hour.iter().sum()
}

/// A number with its unit, as texts have it.
fn shown(number: f64, unit: &str) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "figures are not negative, and lengths of ranges of dates"
    )]
    let whole = |number: f64| number.round() as u64;
    match unit {
        "h" => length(whole(number * 60.0)),
        "min" => length(whole(number)),
        "ratio" => format!("{} %", whole(number * 100.0)),
        _ => format!("{number}"),
    }
}

/// How two lengths of time compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compared {
    More,
    Alike,
    Less,
}

/// Where the longer one is up to a seventh longer, they are much the same.
pub fn compare(one: u64, other: u64) -> Compared {
    let is_longer = |longer: u64, other: u64| longer.saturating_mul(7) > other.saturating_mul(8);
    match (is_longer(one, other), is_longer(other, one)) {
        (true, _) => Compared::More,
        (_, true) => Compared::Less,
        _ => Compared::Alike,
    }
}
