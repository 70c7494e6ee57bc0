//! How good predictions are, measured on people who do not exist: at each origin only what came before it is used. Pure.

use std::fmt::Write as _;

use chrono::{NaiveDate, Weekday};

use super::{
    ahead::{AHEAD, outlook},
    forecast::{Coming, Target, dates_of, forecasts, mean, scale, weeks},
    inputs::evaluations,
    levels::{EVALUATED, Evaluation, Level, levels},
    methods::seasons_before,
    personas::{Life, Persona},
    risk::rounded,
};
use crate::assistant::record::{Record, records};

/// Where chance begins for each persona.
const SEED: u64 = 20_260_105;
/// The first origin, after seventeen weeks, and how many dates lie between them.
const FIRST: usize = 119;
const STEP: usize = 5;
/// So many dates are known to come: the rest of this week and the next.
const COMING: usize = 14;

/// How forecasts of a target went.
#[derive(Debug, Clone, Default)]
struct Errors {
    served: Vec<f64>,
    naive: Vec<f64>,
    within: Vec<f64>,
}

/// How often something was said and came.
#[derive(Debug, Clone, Copy, Default)]
struct Hits {
    said: u32,
    came: u32,
    both: u32,
}

/// How outlooks went, and what the level of the same day would have said.
#[derive(Debug, Clone, Default)]
struct Outlooks {
    ours: Hits,
    same: Hits,
    brier: Vec<f64>,
    brier_same: Vec<f64>,
    dates: u32,
}

/// The tables for all personas, as Markdown.
pub fn report() -> String {
    let mut table = String::from(
        "| persona | hours a day | last week's | within | tasks a day | last week's | within | next week's hours | last week's | within |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    let mut ahead = String::from(
        "| persona | days | elevated | Brier | same as today | precision | same as today | recall | same as today |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for persona in Persona::ALL {
        let life = persona.life(SEED);
        let records = records(&life.counted);
        let evaluations = evaluations(&records, &life.tasks, records.len());
        let cells: String = [Target::Hours, Target::Tasks, Target::WeekHours]
            .map(|target| errors(target, &records, &evaluations).cells(scale_of(target, &records)))
            .concat();
        // Writing to a string cannot fail.
        let _ = writeln!(table, "| {} |{cells}", persona.name());
        let _ = writeln!(ahead, "| {} |{}", persona.name(), outlooks(&life, &records, &evaluations).cells());
    }
    format!("{table}\n{ahead}")
}

fn coming(records: &[Record]) -> Vec<Coming> {
    let of = |record: &Record| Coming { date: record.date, work_day: record.expected || record.off, off: record.off };
    records.iter().take(COMING).map(of).collect()
}

fn series(target: Target, records: &[Record]) -> Vec<Option<f64>> {
    match target {
        Target::Hours => dates_of(records, Record::hours),
        Target::Tasks => dates_of(records, |record| f64::from(record.completed)),
        Target::WeekHours | Target::WeekScore => weeks(records, Weekday::Mon),
    }
}

fn scale_of(target: Target, records: &[Record]) -> Option<f64> {
    scale(&series(target, records), if target == Target::WeekHours { 1 } else { 7 })
}

/// What came of a forecast for a date or the week that begins with it; `None` where that was off.
fn came(target: Target, date: NaiveDate, records: &[Record]) -> Option<f64> {
    let index = records.iter().position(|record| record.date == date)?;
    match target {
        Target::WeekHours => *weeks(records.get(index..index + 7)?, Weekday::Mon).first()?,
        _ if records[index].off => None,
        Target::Hours => Some(records[index].hours()),
        _ => Some(f64::from(records[index].completed)),
    }
}

fn errors(target: Target, records: &[Record], evaluations: &[Evaluation]) -> Errors {
    let mut errors = Errors::default();
    for origin in (FIRST..records.len() - COMING).step_by(STEP) {
        let (known, ahead) = records.split_at(origin);
        let history = series(target, known);
        for (step, forecast) in forecasts(known, &evaluations[..origin], &coming(ahead), Weekday::Mon)
            .into_iter()
            .filter(|forecast| forecast.target == target)
            .enumerate()
        {
            let Some(came) = came(target, forecast.date, records) else { continue };
            let (season, step) = if target == Target::WeekHours { (1, 1) } else { (7, step_of(known, forecast.date, step)) };
            let naive = seasons_before(&history, season, history.len(), history.len() + step).next().unwrap_or(0.0);
            errors.served.push((came - forecast.value).abs());
            errors.naive.push((came - naive).abs());
            // Values are rounded, and so is what they are held against. Where nothing ever varied there is nothing to hold.
            let came = rounded(came, 2);
            if forecast.low < forecast.high {
                errors.within.push(f64::from(u8::from(forecast.low <= came && came <= forecast.high)));
            }
        }
    }
    errors
}

/// How many dates after the last known one a date comes, from none on.
fn step_of(known: &[Record], date: NaiveDate, otherwise: usize) -> usize {
    let days = known.last().map(|last| date.signed_duration_since(last.date).num_days() - 1);
    days.and_then(|days| usize::try_from(days).ok()).unwrap_or(otherwise)
}

fn is_elevated(level: Level) -> bool {
    level >= Level::Elevated
}

fn outlooks(life: &Life, records: &[Record], evaluations: &[Evaluation]) -> Outlooks {
    let level_at = |index: usize| levels(&evaluations[(index + 1).saturating_sub(EVALUATED)..=index]).last().copied().flatten();
    let mut all = Outlooks::default();
    for origin in FIRST..records.len() - AHEAD {
        let (known, ahead) = records.split_at(origin);
        let outlook = outlook(known, &life.tasks, &evaluations[..origin], &coming(ahead));
        let (Some(said), Some(now), Some(came)) = (outlook.level, level_at(origin - 1), level_at(origin - 1 + AHEAD)) else {
            continue;
        };
        let [said, now, came] = [said, now, came].map(is_elevated);
        all.dates += 1;
        all.ours.add(said, came);
        all.same.add(now, came);
        if let Some(likely) = outlook.elevated {
            let [now, came] = [now, came].map(|is| f64::from(u8::from(is)));
            all.brier.push((likely - came) * (likely - came));
            all.brier_same.push((now - came) * (now - came));
        }
    }
    all
}

impl Hits {
    fn add(&mut self, said: bool, came: bool) {
        self.said += u32::from(said);
        self.came += u32::from(came);
        self.both += u32::from(said && came);
    }

    fn cell(part: u32, whole: u32) -> String {
        if whole == 0 { "–".to_owned() } else { format!("{:.2}", f64::from(part) / f64::from(whole)) }
    }
}

impl Errors {
    fn cells(&self, scale: Option<f64>) -> String {
        let of =
            |errors: &[f64]| mean(errors).zip(scale).map_or("–".to_owned(), |(error, scale)| format!("{:.2}", error / scale));
        let within = mean(&self.within).map_or("–".to_owned(), |share| format!("{:.0} %", 100.0 * share));
        format!(" {} | {} | {within} |", of(&self.served), of(&self.naive))
    }
}

impl Outlooks {
    fn cells(&self) -> String {
        let brier = |of: &[f64]| mean(of).map_or("–".to_owned(), |mean| format!("{mean:.3}"));
        let Self { ours, same, dates, .. } = self;
        let shares = [
            Hits::cell(ours.both, ours.said),
            Hits::cell(same.both, same.said),
            Hits::cell(ours.both, ours.came),
            Hits::cell(same.both, same.came),
        ];
        format!(" {dates} | {} | {} | {} | {} |", ours.came, brier(&self.brier), brier(&self.brier_same), shares.join(" | "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documentation_has_the_tables_as_they_are() {
        let found = report();
        let documented = include_str!("../../../docs/PREDICTIONS.md");
        for table in found.split("\n\n") {
            assert!(documented.contains(table.trim_end()), "docs/PREDICTIONS.md should have:\n{found}");
        }
    }

    #[test]
    fn hits_are_counted_both_ways() {
        let mut hits = Hits::default();
        for (said, came) in [(true, true), (true, false), (false, true), (true, true), (false, false)] {
            hits.add(said, came);
        }
        assert_eq!((hits.said, hits.came, hits.both), (3, 3, 2));
        assert_eq!((Hits::cell(2, 3), Hits::cell(0, 0)), ("0.67".to_owned(), "–".to_owned()));
    }
}
