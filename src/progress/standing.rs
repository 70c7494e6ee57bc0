//! How a user stands: the document that tells experience, level and streak without reading anything else but the summary.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{
    achievements::{Elsewhere, Measures},
    dates::{Had, Until},
    entry::Reason,
    plan::{Held, Plan},
    seen::{self, WorkSeen},
    streak::{Figures, Streak},
    xp,
};
use crate::{
    accounts::{settings::model::DaySettings, time_off::model::Dates},
    kernel::{DayRule, Result, Timestamp, UserId},
    ledger::{Calendar, Day, DayTerms, Summary},
    wellbeing::{counters::WATER_ML, overload},
    work::counters::{ACTIVE_CONNECTIONS, COMPLETED_TASKS, FOCUS},
};

/// A date counts when a task was completed on it, or so much was worked in sessions.
const FOCUS_MICROS: u64 = 25 * 60_000_000;
/// How long after its end a missed date is judged.
const GRACE: std::time::Duration = std::time::Duration::from_hours(6);

/// A user's progress, one document a user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    pub user_id: UserId,
    /// The user's change up to which everything has been taken into account.
    pub seq: u64,
    /// The sum of all entries of the ledger.
    pub xp: u64,
    /// The highest that was ever reached.
    pub level: u32,
    /// How many entries the ledger has.
    pub entries: u64,
    /// What is granted once and was.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub firsts: BTreeSet<Reason>,
    /// The dates that count for the streak.
    pub qualifying: Calendar,
    /// Of these, whether they were for work, where another thing was set on the date when its day was written.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub for_work: BTreeMap<NaiveDate, bool>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub off: Vec<Dates>,
    /// What dates had besides.
    #[serde(default)]
    pub dates: Had,
    /// What is known of clean slates.
    #[serde(default)]
    pub slate: Slate,
    /// The latest date that was seen.
    pub latest: Option<Latest>,
    /// How many achievements were earned.
    #[serde(default)]
    pub awarded: usize,
    pub measures: Measures,
}

/// A date with the sum of its entries, and what its sessions and rests came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Latest(pub NaiveDate, pub i64, #[serde(default)] pub WorkSeen);

/// Whether a date ended with enough done and nothing overdue, which is found out once a date is over.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Slate {
    /// Dates with enough done of which it is still to be found out.
    pub waiting: BTreeSet<NaiveDate>,
    pub clean: bool,
}

impl Progress {
    /// That of a user who has done nothing yet.
    pub fn new(user_id: UserId) -> Self {
        Self {
            user_id,
            seq: 0,
            xp: 0,
            level: 1,
            entries: 0,
            firsts: BTreeSet::new(),
            qualifying: Calendar::default(),
            for_work: BTreeMap::new(),
            off: Vec::new(),
            dates: Had::default(),
            slate: Slate::default(),
            latest: None,
            awarded: 0,
            measures: Measures { level: 1, ..Measures::default() },
        }
    }

    /// Takes in what a date is like now. Errors: `Internal`.
    pub fn mark(&mut self, date: NaiveDate, day: Option<&Day>, summary: &Summary) -> Result<()> {
        let qualifies = day.is_some_and(|day| {
            day.get(COMPLETED_TASKS) > 0 || day.counts.of(FOCUS).map(|(_, micros)| micros).sum::<u64>() >= FOCUS_MICROS
        });
        if qualifies {
            self.qualifying.insert(date);
        } else {
            self.qualifying.remove(date);
        }
        self.for_work.remove(&date);
        if let Some(terms) = day.and_then(|day| day.terms.as_ref()) {
            let for_work = DaySettings::of(terms)?.work_days.0.contains(chrono::Datelike::weekday(&date));
            if self.plan(summary)?.is_for_work(date) != for_work {
                self.for_work.insert(date, for_work);
            }
        }
        Ok(())
    }

    /// The streak at an instant. Dates after today's count already, where the zone was further east. Errors: `Internal`.
    pub fn streak_at(&self, now: Timestamp, summary: &Summary) -> Result<Streak> {
        let Until { today, open } = until(now, summary);
        let last = self.qualifying.dates().last().map_or(today, |last| last.max(today));
        Ok(self.replayed(&self.plan(summary)?, last, open))
    }

    /// What dates had, and what was drunk, as achievements are measured by it at an instant. Errors: `Internal`.
    fn elsewhere_at(&self, now: Timestamp, summary: &Summary) -> Result<Elsewhere> {
        let until = until(now, summary);
        let found = self.dates.measure(&self.plan(summary)?, until);
        let (clean_dates, water_ml) = (self.slate.clean.into(), summary.counts.get(WATER_ML));
        let (connections, risk_fallen) = (summary.counts.get(ACTIVE_CONNECTIONS), overload::fallen(summary)?.into());
        Ok(Elsewhere { clean_dates, water_ml, risk_fallen, connections, ..found })
    }

    /// What achievements are measured by at an instant. Errors: `Internal`.
    pub fn measures_at(&self, now: Timestamp, summary: &Summary) -> Result<Measures> {
        let (streak, kept) = (self.streak_at(now, summary)?, self.measures.clone());
        let (longest_streak, comeback) =
            (kept.longest_streak.max(streak.longest.into()), kept.comeback.max(streak.comeback.into()));
        let completed_tasks = summary.counts.get(COMPLETED_TASKS);
        Ok(Measures { completed_tasks, longest_streak, comeback, elsewhere: self.elsewhere_at(now, summary)?, ..kept })
    }

    /// Keeps of the measures what is not told anew each time.
    pub fn keep(&mut self, measures: Measures) {
        self.measures = Measures { elsewhere: Elsewhere::default(), ..measures };
    }

    /// Whether work is expected on a date. Errors: `Internal`.
    pub fn expects(&self, date: NaiveDate, summary: &Summary) -> Result<bool> {
        Ok(self.plan(summary)?.expects(date))
    }

    /// The dates that are over and still to be judged for a clean slate.
    pub fn to_be_judged(&self, now: Timestamp, summary: &Summary) -> Vec<NaiveDate> {
        let open = until(now, summary).open;
        self.slate.waiting.iter().copied().filter(|date| *date < open).collect()
    }

    /// The streak at the end of the date before another one. Errors: `Internal`.
    pub fn streak_before(&self, date: NaiveDate, summary: &Summary) -> Result<u32> {
        let Some(before) = date.pred_opt() else { return Ok(0) };
        Ok(self.replayed(&self.plan(summary)?, before, before).current)
    }

    /// How each date from one to another stood at its end, both included. Errors: `Internal`.
    pub fn judged(&self, from: NaiveDate, to: NaiveDate, summary: &Summary) -> Result<BTreeMap<NaiveDate, Judged>> {
        let plan = self.plan(summary)?;
        let first = self.qualifying.dates().next().map_or(from, |first| first.min(from));
        let figures = |date: NaiveDate| {
            let qualifies = self.qualifying.contains(date);
            Figures { qualifies, expected: !qualifies && plan.expects(date), closed: true }
        };
        let streaks = seen::dates(first, to).zip(Streak::along(seen::dates(first, to).map(figures)));
        let judged = streaks.skip_while(|(date, _)| *date < from).map(|(date, streak)| {
            let off = self.off.iter().any(|off| off.contain(date));
            (date, Judged { off, expected: plan.expects(date), strength: streak.strength })
        });
        Ok(judged.collect())
    }

    /// Counts one more entry.
    pub fn add(&mut self, xp: i64) {
        self.xp = self.xp.saturating_add_signed(xp);
        self.entries += 1;
    }

    /// What follows from the experience for the level.
    pub fn level_up(&mut self) {
        self.level = self.level.max(xp::level_of(self.xp));
        self.measures.level = self.level.into();
    }

    /// What the dates up to one come to; those from `open` on are not judged yet.
    fn replayed(&self, plan: &Plan<'_>, last: NaiveDate, open: NaiveDate) -> Streak {
        let first = self.qualifying.dates().next().unwrap_or(last);
        Streak::of(seen::dates(first, last).map(|date| {
            let (qualifies, closed) = (self.qualifying.contains(date), date < open);
            Figures { qualifies, expected: !qualifies && closed && plan.expects(date), closed }
        }))
    }

    fn plan(&self, summary: &Summary) -> Result<Plan<'_>> {
        let held = |terms: &DayTerms| -> Result<Held> {
            let rule = DayRule { zone: terms.zone, day_start: terms.day_start };
            Ok(Held { rule, work_days: DaySettings::of(terms)?.work_days })
        };
        let former = summary.former_terms().map(|(before, terms)| Ok((before, held(terms)?)));
        Ok(Plan { former: former.collect::<Result<_>>()?, now: held(&summary.terms())?, known: &self.for_work, off: &self.off })
    }
}

/// Dates before `open` are over, and six hours more.
pub fn until(now: Timestamp, summary: &Summary) -> Until {
    Until { today: summary.date_at(now), open: summary.date_at(now.minus(GRACE)) }
}

/// What a date was like, as far as the streak is concerned.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judged {
    /// Whether it was a date off.
    pub off: bool,
    /// Whether something was expected of it.
    pub expected: bool,
    /// That of the streak at its end.
    pub strength: f64,
}

/// What a user has earned, one document a user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Achievements {
    pub user_id: UserId,
    /// When each was earned. None is ever taken back.
    pub earned: BTreeMap<String, Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_from_before_dates_were_kept_can_be_read() {
        let text = r#"{"user_id":"00000000-0000-0000-0000-000000000001","seq":7,"xp":25,"level":1,"entries":2,"qualifying":[739630,"Aw"],
            "latest":["2026-01-14",25],"measures":{"completed_tasks":1,"elsewhere":{"clean_dates":0}}}"#;
        let read: Progress = serde_json::from_str(text).expect("progress");
        let date = NaiveDate::from_ymd_opt(2026, 1, 14).expect("a date");
        assert_eq!((read.latest, read.dates), (Some(Latest(date, 25, WorkSeen::default())), Had::default()));
    }
}
