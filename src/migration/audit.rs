//! What a user's summary and days must say, told from the user's documents alone. Pure.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::{
    entries::FoundEntries,
    tasks::{FoundTasks, Rewrite, timer_in_words},
};
use crate::{
    accounts::settings::model::{DaySettings, Settings, UserSettings},
    kernel::{Result, Timestamp},
    ledger::{Calendar, Counter, Counts, Day, DayTerms, Summary},
    store::Stored,
    work::work_sessions::{
        booking::{self, ActiveSession},
        model::WorkSession,
    },
};

/// What was found in a user's partition.
#[derive(Debug, Default)]
pub struct Found {
    /// What all documents count for, in total and by date.
    totals: Counts,
    days: BTreeMap<NaiveDate, Day>,
    /// Sessions that have no end.
    open: Vec<WorkSession>,
    /// What the user has set, if anything.
    settings: Settings,
    pub tasks: FoundTasks,
    pub entries: FoundEntries,
    /// The documents of days.
    pub stored_days: Vec<Stored<Day>>,
    /// The highest number of a change that a document bears.
    pub seq: u64,
    /// Documents that are not what their kind says.
    pub unreadable: u64,
}

/// What a document of a day must become.
#[derive(Debug)]
pub enum DayFix {
    Create(Day),
    Replace(Day, Stored<Day>),
    Remove(Stored<Day>),
}

/// A summary as it must be, what the documents of days must become, and what that changes, in words.
#[derive(Debug)]
pub struct Audit {
    pub summary: Summary,
    pub days: Vec<DayFix>,
    pub tasks: Vec<Rewrite>,
    pub differences: Vec<String>,
    /// What is wrong and no count can mend.
    pub beyond: Vec<String>,
}

impl Found {
    pub fn count(&mut self, counter: Counter, date: Option<NaiveDate>, count: u64) {
        let counts = match date {
            Some(date) => &mut self.day(date).counts,
            None => &mut self.totals,
        };
        counts.change(counter, i64::try_from(count).unwrap_or(i64::MAX));
    }

    pub fn session(&mut self, session: &WorkSession) {
        if session.end.is_none() {
            self.open.push(session.clone());
        }
    }

    pub fn settings(&mut self, of: &UserSettings) {
        self.settings = of.settings.0;
    }

    fn day(&mut self, date: NaiveDate) -> &mut Day {
        self.days.entry(date).or_insert_with(|| Day::new(date))
    }

    /// Compares with the summary as it is at an instant, and with the zone that the user's account has. Errors: `Internal` for a
    /// fact of the summary that cannot be written.
    pub fn audit(mut self, summary: &Summary, time_zone: Tz, now: Timestamp) -> Result<Audit> {
        let mut active_days = Calendar::default();
        self.days.values().filter(|day| day.is_active()).for_each(|day| active_days.insert(day.date));
        let latest = self.latest_date(summary);
        self.keep_activity(summary, latest);
        let mut right = summary.clone();
        right.seq = summary.seq.max(self.seq);
        right.time_zone = time_zone;
        self.settings.keep(&mut right)?;
        right.counts = std::mem::take(&mut self.totals);
        right.longest_streak = active_days.longest_run();
        self.keep_terms(summary);
        right.day = latest.map(|date| self.days.get(&date).cloned().unwrap_or_else(|| bare(summary.day.as_ref(), date)));
        right.active_days = active_days;
        match self.active_session(summary) {
            Some((session, last_sign)) => booking::keep(&mut right, session, last_sign)?,
            None => booking::clear(&mut right),
        }
        let (mut words, tasks) = std::mem::take(&mut self.tasks).audit(&mut right, now)?;
        let open_rests = self.entries.open_rests();
        words.extend(std::mem::take(&mut self.entries).audit(&mut right, now)?);
        let mut differences = differences(summary, &right);
        differences.extend(words);
        let days = self.day_fixes(right.day.as_ref().map(|day| day.date));
        differences.extend(days.iter().map(DayFix::words));
        let mut beyond = Vec::new();
        if self.open.len() > 1 {
            beyond.push(format!("{} work sessions have no end, and only one may be active; end the others", self.open.len()));
        }
        if open_rests > 1 {
            beyond.push(format!("{open_rests} rests have no end, and only one may be under way; end the others"));
        }
        if self.unreadable > 0 {
            beyond.push(format!("{} documents cannot be read, so that nothing can be counted", self.unreadable));
        }
        Ok(Audit { summary: right, days, tasks, differences, beyond })
    }

    /// The session that the summary knows of while there is one with no end; otherwise the latest of those. The signs of
    /// life of the one that it knows are nowhere else.
    fn active_session(&self, summary: &Summary) -> Option<(&WorkSession, Option<Timestamp>)> {
        let known = booking::active(summary).ok().flatten();
        let same = |known: &ActiveSession| {
            self.open.iter().find(|open| (open.id.uuid(), open.start_time) == (known.id, known.start_time))
        };
        let kept = known.as_ref().and_then(|known| Some((same(known)?, known.last_sign)));
        kept.or_else(|| {
            let latest = self.open.iter().max_by_key(|open| (open.start_time, open.id.uuid()))?;
            Some((latest, None))
        })
    }

    /// The summary keeps the latest date that ever had something, also when all of it was taken back.
    fn latest_date(&self, summary: &Summary) -> Option<NaiveDate> {
        let kept = summary.day.as_ref().map(|day| day.date);
        self.days.keys().next_back().copied().max(kept)
    }

    /// When and how often somebody was active is told by the days alone, so that it stays what they say.
    fn keep_activity(&mut self, summary: &Summary, latest: Option<NaiveDate>) {
        let stored = self.stored_days.iter().map(|stored| &stored.value).chain(&summary.day);
        for day in stored.filter(|day| Some(day.date) <= latest) {
            for at in [day.first_activity, day.last_activity].into_iter().flatten() {
                let kept = self.days.entry(day.date).or_insert_with(|| Day::new(day.date));
                kept.touch(at);
                kept.interactions = kept.interactions.max(day.interactions);
            }
        }
    }

    /// So is what held for a date, unless there is no day of it.
    fn keep_terms(&mut self, summary: &Summary) {
        let stored = self.stored_days.iter().map(|stored| &stored.value).chain(&summary.day);
        let kept: BTreeMap<NaiveDate, &Option<DayTerms>> = stored.map(|day| (day.date, &day.terms)).collect();
        for day in self.days.values_mut() {
            day.terms = kept.get(&day.date).map_or_else(|| Some(summary.terms_on(day.date)), |terms| (*terms).clone());
        }
    }

    /// Each date before the latest that something was achieved on has a document; the latest and any after it have
    /// none, since the ledger will create them.
    fn day_fixes(&self, latest: Option<NaiveDate>) -> Vec<DayFix> {
        let is_past = |date: NaiveDate| latest.is_some_and(|latest| date < latest);
        let mut missing: BTreeMap<NaiveDate, &Day> =
            self.days.iter().filter(|(date, _)| is_past(**date)).map(|(date, day)| (*date, day)).collect();
        let mut fixes = Vec::new();
        for stored in &self.stored_days {
            let date = stored.value.date;
            missing.remove(&date);
            let right = self.days.get(&date).cloned().unwrap_or_else(|| bare(Some(&stored.value), date));
            if !is_past(date) {
                fixes.push(DayFix::Remove(stored.clone()));
            } else if stored.value != right {
                fixes.push(DayFix::Replace(right, stored.clone()));
            }
        }
        fixes.extend(missing.into_values().cloned().map(DayFix::Create));
        fixes
    }
}

/// A day of which nothing is left but what held for it.
fn bare(kept: Option<&Day>, date: NaiveDate) -> Day {
    Day { terms: kept.and_then(|day| day.terms.clone()), ..Day::new(date) }
}

impl DayFix {
    fn words(&self) -> String {
        match self {
            Self::Create(day) => format!("day {} has no document and should have {}", day.date, in_words(day)),
            Self::Replace(right, stored) => {
                format!("day {} has {} and should have {}", right.date, in_words(&stored.value), in_words(right))
            }
            Self::Remove(stored) => format!("day {} has a document and should have none", stored.value.date),
        }
    }
}

fn in_words(day: &Day) -> String {
    if day.counts.is_empty() { "nothing".into() } else { counts_in_words(&day.counts) }
}

fn counts_in_words(counts: &Counts) -> String {
    counts.iter().map(|(name, count)| format!("{name} {count}")).collect::<Vec<_>>().join(", ")
}

fn differences(is: &Summary, should: &Summary) -> Vec<String> {
    let mut found = Vec::new();
    let mut compare = |field: &str, is: String, should: String| {
        if is != should {
            found.push(format!("{field} is {is} and should be {should}"));
        }
    };
    let day =
        |day: &Option<Day>| day.as_ref().map_or_else(|| "none".into(), |day| format!("{} with {}", day.date, in_words(day)));
    compare("seq", is.seq.to_string(), should.seq.to_string());
    compare("time_zone", is.time_zone.to_string(), should.time_zone.to_string());
    compare("day_start", is.day_start.minutes().to_string(), should.day_start.minutes().to_string());
    let names: BTreeSet<&str> =
        [is, should].into_iter().flat_map(|summary| summary.counts.iter()).map(|(name, _)| name).collect();
    let count =
        |summary: &Summary, name: &str| summary.counts.iter().find(|(known, _)| *known == name).map_or(0, |(_, count)| count);
    for name in names {
        compare(name, count(is, name).to_string(), count(should, name).to_string());
    }
    let (is_active, should_be_active) = (active_in_words(is), active_in_words(should));
    compare("active_session", is_active.clone(), should_be_active.clone());
    compare("task_timer", timer_in_words(is), timer_in_words(should));
    compare("longest_streak", is.longest_streak.to_string(), should.longest_streak.to_string());
    compare("day", day(&is.day), day(&should.day));
    if is_active == should_be_active && !same_active_session(is, should) {
        found.push("active_session differs from its document in a pause or the note".into());
    }
    if settings(is) != settings(should) {
        found.push("settings differ from their document".into());
    }
    // Two calendars of the same dates may begin at different ones.
    let (too_many, missing) = (apart(&is.active_days, &should.active_days), apart(&should.active_days, &is.active_days));
    if too_many + missing > 0 {
        found.push(format!("active_days has {too_many} dates too many and misses {missing}"));
    }
    found
}

fn settings(summary: &Summary) -> (Option<Settings>, Option<DaySettings>) {
    (Settings::of(summary).ok(), DaySettings::of(&summary.terms()).ok())
}

fn same_active_session(one: &Summary, other: &Summary) -> bool {
    booking::active(one).ok() == booking::active(other).ok()
}

fn active_in_words(summary: &Summary) -> String {
    match booking::active(summary) {
        Ok(None) => "none".into(),
        Ok(Some(active)) => {
            let due = summary.due.get(booking::REVIEW).map_or_else(|| "nothing".into(), |at| at.to_string());
            format!("{} since {} with {} pauses and {due} due", active.id, active.start_time, active.pauses.len())
        }
        Err(_) => "unreadable".into(),
    }
}

fn apart(one: &Calendar, other: &Calendar) -> usize {
    one.dates().filter(|date| !other.contains(*date)).count()
}
