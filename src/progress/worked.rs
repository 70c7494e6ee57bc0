//! What the sessions and rests of a date come to, read as they are now.

use std::time::Duration;

use chrono::NaiveDate;

use super::{
    dates::{Had, put},
    repo::ProgressRepo,
    seen::{SessionSeen, WorkSeen},
};
use crate::{
    accounts::settings::model::DaySettings,
    kernel::{DayRule, Owner, Result, Timestamp},
    ledger::Day,
    wellbeing::{
        counters::RESTS,
        lunch::Window,
        today::dated::{Part, has_time_for_lunch, is_after_hours, tally},
    },
    work::work_sessions::model::WorkSession,
};

/// A shorter rest between the work of two dates is a short one.
const REST: Duration = Duration::from_hours(11);

/// Reads it, and puts down what the date had besides. `days`: the rule of dates that held for it.
pub async fn look(
    repo: &ProgressRepo,
    owner: Owner,
    date: NaiveDate,
    day: Option<&Day>,
    (set, days): (&DaySettings, DayRule),
    dates: &mut Had,
) -> Result<WorkSeen> {
    let sessions = repo.sessions_around(owner, date).await?;
    let has_rests = day.is_some_and(|day| day.get(RESTS) > 0);
    let rests = if has_rests { repo.rests_of(owner, date).await? } else { Vec::new() };
    let parts = parts(&sessions, date);
    let breaks = tally(&parts, &rests);
    put(&mut dates.worked, date, !parts.is_empty());
    put(&mut dates.overdue, date, breaks.overdue > 0);
    put(&mut dates.after_hours, date, is_after_hours(&parts, date, set.work_hours, days));
    let lunch = has_time_for_lunch(&parts, Window::on(date, set.lunch, days));
    put(&mut dates.lunch_breaks, date, lunch);
    let (before, after) = (date.pred_opt().unwrap_or(date), date.succ_opt().unwrap_or(date));
    let works = [before, date, after].map(|date| work(&self::parts(&sessions, date)));
    put(&mut dates.short_rests, date, is_short(works[0], works[1]));
    put(&mut dates.short_rests, after, is_short(works[1], works[2]));
    Ok(WorkSeen { breaks, lunch })
}

/// What of sessions is of a date and paid.
fn parts(sessions: &[WorkSession], date: NaiveDate) -> Vec<Part> {
    let is_paid = |session: &&WorkSession| {
        let seen = SessionSeen::of(session.id, Some(session));
        seen.paid && seen.last_dates().any(|paid| paid == date)
    };
    let mut parts: Vec<Part> = sessions.iter().filter(is_paid).filter_map(|session| Part::of(session, date)).collect();
    parts.sort_by_key(|part| part.whole);
    parts
}

/// When work began and ended.
fn work(parts: &[Part]) -> Option<(Timestamp, Timestamp)> {
    let work = || parts.iter().flat_map(|part| &part.work);
    Some((work().map(|(from, _)| *from).min()?, work().map(|(_, to)| *to).max()?))
}

/// Work that goes on from one date to the next is no rest at all.
fn is_short(before: Option<(Timestamp, Timestamp)>, after: Option<(Timestamp, Timestamp)>) -> bool {
    before.zip(after).is_some_and(|((_, ended), (began, _))| began.since(ended) < REST)
}
