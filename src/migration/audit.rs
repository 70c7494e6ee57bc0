//! What a user's summary and days must say, told from the user's documents alone. Pure.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use chrono_tz::Tz;

use crate::{
    ledger::{Calendar, Day, OpenSession, Summary, day::Achievement},
    store::Stored,
    work::{
        tasks::model::Task,
        work_sessions::{booking, model::WorkSession, review::Signs},
    },
};

/// What was found in a user's partition.
#[derive(Debug, Default)]
pub struct Found {
    total_tasks: u64,
    completed_tasks: u64,
    total_sessions: u64,
    worked_micros: u64,
    longest_span_micros: u64,
    open: Vec<OpenSession>,
    /// What was achieved, by date.
    achieved: BTreeMap<NaiveDate, Day>,
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
    pub differences: Vec<String>,
    /// What is wrong and no count can mend.
    pub beyond: Vec<String>,
}

impl Found {
    pub fn task(&mut self, task: &Task) {
        self.total_tasks += 1;
        if let Some(date) = task.created_on {
            self.achieve(date, Achievement::CreatedTask);
        }
        if let Some(completion) = task.completion {
            self.completed_tasks += 1;
            self.achieve(completion.date, Achievement::CompletedTask);
        }
    }

    pub fn session(&mut self, session: &WorkSession) {
        match session.end {
            Some(end) => {
                self.total_sessions += 1;
                self.worked_micros = self.worked_micros.saturating_add(session.micros().unwrap_or(0));
                self.longest_span_micros = self.longest_span_micros.max(session.span_micros().unwrap_or(0));
                for share in session.hours() {
                    self.achieve(share.date, share.into());
                }
                self.achieve(end.date, Achievement::EndedSession);
            }
            None => self.open.push(booking::open(session, Signs::default())),
        }
    }

    fn achieve(&mut self, date: NaiveDate, what: Achievement) {
        self.achieved.entry(date).or_insert_with(|| Day::new(date)).add(what);
    }

    /// Compares with the summary and with the zone that the user's account has.
    pub fn audit(mut self, summary: &Summary, time_zone: Tz) -> Audit {
        let mut active_days = Calendar::default();
        self.achieved.values().filter(|day| day.counts()).for_each(|day| active_days.insert(day.date));
        let latest = self.latest_date(summary);
        self.keep_activity(summary, latest);
        let day = latest.map(|date| self.achieved_on(date));
        let right = Summary {
            user_id: summary.user_id,
            seq: summary.seq.max(self.seq),
            time_zone,
            closed_until: summary.closed_until,
            total_tasks: self.total_tasks,
            completed_tasks: self.completed_tasks,
            total_sessions: self.total_sessions,
            worked_micros: self.worked_micros,
            // It may be that of a session which has been corrected since.
            longest_span_micros: summary.longest_span_micros.max(self.longest_span_micros),
            active_session: self.active_session(summary),
            longest_streak: active_days.longest_run(),
            last_run: active_days.last_run(),
            day,
            active_days,
        };
        let mut differences = differences(summary, &right);
        let days = self.day_fixes(right.day.as_ref().map(|day| day.date));
        differences.extend(days.iter().map(DayFix::words));
        let mut beyond = Vec::new();
        if self.open.len() > 1 {
            beyond.push(format!("{} work sessions have no end, and only one may be active; end the others", self.open.len()));
        }
        if self.unreadable > 0 {
            beyond.push(format!("{} documents cannot be read, so that nothing can be counted", self.unreadable));
        }
        Audit { summary: right, days, differences, beyond }
    }

    /// The session that the summary knows of while there is one with no end; otherwise the latest of those. The signs of
    /// life of the one that it knows are nowhere else.
    fn active_session(&self, summary: &Summary) -> Option<OpenSession> {
        let Some(known) = &summary.active_session else { return self.latest_open() };
        let stored = self.open.iter().find(|open| (open.id, open.start_time) == (known.id, known.start_time));
        let Some(stored) = stored else { return self.latest_open() };
        let kept = booking::session(stored, summary.user_id).map(|session| booking::open(&session, booking::signs(known)));
        Some(kept.unwrap_or_else(|_| stored.clone()))
    }

    fn latest_open(&self) -> Option<OpenSession> {
        self.open.iter().max_by_key(|open| (open.start_time, open.id)).cloned()
    }

    /// The summary keeps the latest date that ever had something, also when all of it was taken back.
    fn latest_date(&self, summary: &Summary) -> Option<NaiveDate> {
        let kept = summary.day.as_ref().map(|day| day.date);
        self.achieved.keys().next_back().copied().max(kept)
    }

    /// When somebody was active is told by the days alone, so that it stays what they say.
    fn keep_activity(&mut self, summary: &Summary, latest: Option<NaiveDate>) {
        let stored = self.stored_days.iter().map(|stored| &stored.value).chain(&summary.day);
        for day in stored.filter(|day| Some(day.date) <= latest) {
            for at in [day.first_activity, day.last_activity].into_iter().flatten() {
                self.achieved.entry(day.date).or_insert_with(|| Day::new(day.date)).touch(at);
            }
        }
    }

    fn achieved_on(&self, date: NaiveDate) -> Day {
        self.achieved.get(&date).cloned().unwrap_or_else(|| Day::new(date))
    }

    /// Each date before the latest that something was achieved on has a document; the latest and any after it have
    /// none, since the ledger will create them.
    fn day_fixes(&self, latest: Option<NaiveDate>) -> Vec<DayFix> {
        let is_past = |date: NaiveDate| latest.is_some_and(|latest| date < latest);
        let mut missing: BTreeMap<NaiveDate, &Day> =
            self.achieved.iter().filter(|(date, _)| is_past(**date)).map(|(date, day)| (*date, day)).collect();
        let mut fixes = Vec::new();
        for stored in &self.stored_days {
            let date = stored.value.date;
            missing.remove(&date);
            let right = self.achieved_on(date);
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
    let (created, completed, ended) = (day.created_tasks, day.completed_tasks, day.ended_sessions);
    let hours = day.focus.by_hour();
    let worked: Vec<String> = hours
        .iter()
        .enumerate()
        .filter(|(_, micros)| **micros > 0)
        .map(|(hour, micros)| format!("{micros} µs at {hour}"))
        .collect();
    let worked = if worked.is_empty() { "no work".to_owned() } else { worked.join(", ") };
    format!("{created} created tasks, {completed} completed tasks, {ended} ended sessions and {worked}")
}

fn differences(is: &Summary, should: &Summary) -> Vec<String> {
    let mut found = Vec::new();
    let mut compare = |field: &str, is: String, should: String| {
        if is != should {
            found.push(format!("{field} is {is} and should be {should}"));
        }
    };
    let session = |open: &Option<OpenSession>| open.as_ref().map_or_else(|| "none".into(), open_in_words);
    let day =
        |day: &Option<Day>| day.as_ref().map_or_else(|| "none".into(), |day| format!("{} with {}", day.date, in_words(day)));
    let run = |summary: &Summary| {
        summary.last_run.map_or_else(|| "none".into(), |run| format!("{} days up to {}", run.days, run.last_day))
    };
    compare("seq", is.seq.to_string(), should.seq.to_string());
    compare("time_zone", is.time_zone.to_string(), should.time_zone.to_string());
    compare("total_tasks", is.total_tasks.to_string(), should.total_tasks.to_string());
    compare("completed_tasks", is.completed_tasks.to_string(), should.completed_tasks.to_string());
    compare("total_sessions", is.total_sessions.to_string(), should.total_sessions.to_string());
    compare("worked_micros", is.worked_micros.to_string(), should.worked_micros.to_string());
    compare("longest_span_micros", is.longest_span_micros.to_string(), should.longest_span_micros.to_string());
    compare("active_session", session(&is.active_session), session(&should.active_session));
    compare("longest_streak", is.longest_streak.to_string(), should.longest_streak.to_string());
    compare("last_run", run(is), run(should));
    compare("day", day(&is.day), day(&should.day));
    let same_words = session(&is.active_session) == session(&should.active_session);
    if same_words && is.active_session != should.active_session {
        found.push("active_session differs from its document in a pause or the note".into());
    }
    // Two calendars of the same dates may begin at different ones.
    let (too_many, missing) = (apart(&is.active_days, &should.active_days), apart(&should.active_days, &is.active_days));
    if too_many + missing > 0 {
        found.push(format!("active_days has {too_many} dates too many and misses {missing}"));
    }
    found
}

fn open_in_words(open: &OpenSession) -> String {
    let due = open.next_due.map_or_else(|| "nothing".into(), |at| at.to_string());
    format!("{} since {} with {} pauses and {due} due", open.id, open.start_time, open.pauses.len())
}

fn apart(one: &Calendar, other: &Calendar) -> usize {
    one.dates().filter(|date| !other.contains(*date)).count()
}
