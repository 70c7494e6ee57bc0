//! What is predicted for a person, all of it at once, at the end of the last closed date. Pure.

use chrono::{NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

use super::{
    ahead::{AHEAD, Basis, Outlook, outlook},
    forecast::{Coming, Forecast, forecasts},
    inputs::{self, Tasks, WINDOW, evaluations},
    levels::{EVALUATED, Evaluation, Level, levels},
    risk::{FactorId, FactorInputs, Risk},
};
use crate::assistant::record::Record;

/// So many closed dates are evaluated, so that the scores of half a year of weeks are known.
pub const HISTORY: usize = 182;
/// Within so many dates the risk has to fall to be said to have fallen.
const FALLS_WITHIN: usize = 14;
/// So many factors are named as the reason.
const REASONS: usize = 2;

/// What predictions follow from.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// Of dates that follow each other, up to the last closed one.
    pub records: &'a [Record],
    pub tasks: &'a Tasks,
    /// The present date and those after it, fourteen in all.
    pub coming: &'a [Coming],
    pub week_start: Weekday,
}

/// The risk at the end of an earlier date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastRisk {
    pub date: NaiveDate,
    pub score: Option<u8>,
    pub level: Option<Level>,
}

/// What is predicted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Made {
    pub inputs: FactorInputs,
    /// Those of a week before.
    pub before: FactorInputs,
    /// The last 28 closed dates, the newest last.
    pub history: Vec<PastRisk>,
    pub outlook: Outlook,
    pub forecasts: Vec<Forecast>,
    /// By how many points the risk fell at most within 14 of the evaluated dates.
    pub fallen: u8,
}

/// That the risk is elevated or high, or will be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    pub level: Level,
    /// Whether it is so in a week, if that goes as the last one, and not yet.
    pub in_a_week: bool,
    /// What has moved most, or where nothing has, what weighs most.
    pub factors: Vec<FactorId>,
}

impl Made {
    pub fn of(known: Known<'_>) -> Self {
        let Known { records, tasks, coming, week_start } = known;
        let evaluations = evaluations(records, tasks, HISTORY);
        let at = |records: &[Record]| records.last().map(|last| inputs::inputs(records, tasks, last.date)).unwrap_or_default();
        let latest = &evaluations[evaluations.len().saturating_sub(EVALUATED)..];
        let past = latest.iter().zip(levels(latest)).map(|(of, level)| PastRisk { date: of.date, score: of.score, level });
        let past: Vec<PastRisk> = past.collect();
        Self {
            inputs: at(records),
            before: at(&records[..records.len().saturating_sub(AHEAD)]),
            history: past[past.len().saturating_sub(WINDOW)..].to_vec(),
            outlook: outlook(records, tasks, &evaluations, coming),
            forecasts: forecasts(records, &evaluations, coming, week_start),
            fallen: fallen(latest),
        }
    }

    pub fn risk(&self) -> Risk {
        self.inputs.risk()
    }

    pub fn level(&self) -> Option<Level> {
        self.history.last().and_then(|last| last.level)
    }

    /// What the person is to be told of, if anything.
    pub fn warning(&self) -> Option<Warning> {
        let is_warned_of = |level: &Level| *level >= Level::Elevated;
        let (now, then) = (self.level()?, self.outlook.level.filter(|_| self.outlook.basis == Basis::AsLastWeek));
        let (level, in_a_week) = match then.filter(|then| *then > now).filter(is_warned_of) {
            Some(then) => (then, true),
            None => (Some(now).filter(is_warned_of)?, false),
        };
        Some(Warning { level, in_a_week, factors: self.reasons() })
    }

    fn reasons(&self) -> Vec<FactorId> {
        let (now, before) = (self.risk(), self.before.risk());
        let of = |moved: fn(f64, f64) -> f64| {
            let each = now.factors.iter().zip(&before.factors);
            let moved = each.map(|(now, before)| (moved(now.points.unwrap_or(0.0), before.points.unwrap_or(0.0)), now.id));
            let mut found: Vec<(f64, FactorId)> = moved.filter(|(by, _)| *by >= 1.0).collect();
            // Of two that are equal, the first.
            found.sort_by(|one, other| other.0.total_cmp(&one.0));
            found.into_iter().take(REASONS).map(|(_, id)| id).collect::<Vec<_>>()
        };
        let moved = of(|now, before| now - before);
        if moved.is_empty() { of(|now, _| now) } else { moved }
    }
}

fn fallen(evaluations: &[Evaluation]) -> u8 {
    let from = |(index, of): (usize, &Evaluation)| {
        let after = evaluations[index + 1..].iter().take(FALLS_WITHIN).filter_map(Evaluation::sure_score).min()?;
        Some(of.sure_score()?.saturating_sub(after))
    };
    evaluations.iter().enumerate().filter_map(from).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use chrono::{Datelike as _, Days};

    use super::*;
    use crate::assistant::{predictions::personas::Persona, record::records};

    /// What is predicted for somebody after so many dates.
    fn made(persona: Persona, dates: usize) -> Made {
        let life = persona.life(20_260_105);
        let all = records(&life.counted);
        let coming: Vec<Coming> = (0..14)
            .map(|day| all[dates - 1].date + Days::new(day + 1))
            .map(|date| Coming { date, work_day: date.weekday().number_from_monday() < 6, off: false })
            .collect();
        Made::of(Known { records: &all[..dates], tasks: &life.tasks, coming: &coming, week_start: Weekday::Mon })
    }

    #[test]
    fn an_ordinary_life_warns_of_nothing() {
        for dates in (30..400).step_by(37) {
            let made = made(Persona::Steady, dates);
            assert_eq!((made.warning(), made.history.len()), (None, 28), "{dates}");
            assert_eq!(made.history.last().and_then(|last| last.score), made.risk().score);
        }
    }

    #[test]
    fn a_ramp_is_warned_of_before_it_is_there_and_with_its_reasons() {
        let warnings: Vec<(usize, Warning)> =
            (12 * 7..30 * 7).filter_map(|dates| Some((dates, made(Persona::BurnoutRamp, dates).warning()?))).collect();
        let (first, warning) = &warnings[0];
        let reached = warnings.iter().find(|(_, warning)| !warning.in_a_week).expect("it comes");
        assert!(warning.in_a_week && *first < reached.0 && warning.level == Level::Elevated, "{first} {warning:?} {reached:?}");
        assert!(warnings.iter().all(|(_, warning)| (1..=2).contains(&warning.factors.len())));
    }

    #[test]
    fn it_has_fallen_once_the_sick_leave_is_over() {
        assert!(made(Persona::BurnoutRamp, 34 * 7).fallen >= 20 && made(Persona::Steady, 200).fallen < 20);
    }

    #[test]
    fn it_is_read_as_it_was_written() {
        let made = made(Persona::Sprint, 300);
        let text = serde_json::to_string(&made).expect("JSON");
        let read: Made = serde_json::from_str(&text).expect("read back");
        assert_eq!(
            (&read.history, read.forecasts.len(), read.risk().score),
            (&made.history, made.forecasts.len(), made.risk().score)
        );
        assert!(text.len() < 8_000, "{}", text.len());
    }

    #[test]
    fn of_nothing_nothing_is_predicted() {
        let known = Known { records: &[], tasks: &Tasks::default(), coming: &[], week_start: Weekday::Mon };
        let made = Made::of(known);
        assert_eq!((made.risk().score, made.level(), made.warning(), made.forecasts.len()), (None, None, None, 0));
    }
}
