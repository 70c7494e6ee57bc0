//! Reads what a companion follows from: two documents that are known, the sessions of its days, and no more where nothing lies
//! between what is kept and now.

use std::{sync::Arc, time::Duration};

use chrono::{Days, NaiveDate};
use uuid::Uuid;

use super::{
    days::{Counted, Date, Known},
    evolution::{Earned, Growth},
    looks::Stage,
    model::State,
    mood::Circumstances,
    needs::{Day, KeptNeeds, kept_from},
    repo::Kept,
};
use crate::{
    accounts::{
        settings::model::{DaySettings, Settings},
        time_off::model::Begins,
    },
    domain::Shared,
    kernel::{DayRule, Limit, Owner, PageRequest, Result, Timestamp, id},
    ledger::{self, Ledger, Summary},
    progress::{entry::Reason, repo::ProgressRepo, standing::Progress},
    wellbeing::{
        meals::model::MealKind,
        recent::{self, KeptDrink, KeptMeal, KeptRest},
        rests::{booking, model::RestKind},
        today::service::TodayService,
    },
    work::{metrics::service::figures, work_sessions::model::WorkSession},
};

/// How long before the first of its days a session may have begun that is still of concern.
const EARLIER: Duration = Duration::from_hours(48);
/// Of how many dates experience says which form it gets.
const FORM_DATES: Days = Days::new(27);
/// For how many dates back it is told how somebody's is of whom nothing is kept.
const UNKNOWN: Days = Days::new(31);

/// A companion with all that it follows from at an instant.
pub struct Life {
    pub kept: Kept,
    needs: KeptNeeds,
    now: Timestamp,
    days: Vec<Day>,
    circumstances: Circumstances,
    pub settings: Settings,
}

impl Life {
    pub fn state(self) -> State {
        self.kept.character.at(self.now, self.needs, &self.days, self.circumstances)
    }

    /// What is to be kept once a date has begun.
    pub fn kept_by(self, date: NaiveDate) -> Kept {
        let begun = self.days.partition_point(|day| day.date <= date);
        Kept { needs: Some(kept_from(self.needs, self.days.get(..begun).unwrap_or_default())), ..self.kept }
    }
}

#[derive(Debug, Clone)]
pub struct Lives {
    ledger: Ledger,
    progress: ProgressRepo,
    today: TodayService,
}

impl Lives {
    pub fn new(shared: &Shared) -> Self {
        Self {
            ledger: shared.ledger.clone(),
            progress: ProgressRepo::new(Arc::clone(&shared.store)),
            today: TodayService::new(shared),
        }
    }

    /// The owner's progress as it was written last.
    pub async fn progress(&self, owner: Owner) -> Result<Progress> {
        Ok(self.progress.progress(owner).await?.map_or_else(|| Progress::new(owner.id()), |read| read.value))
    }

    /// The owner's companion at an instant, grown as far as the progress says.
    pub async fn at(&self, now: Timestamp, owner: Owner, summary: &Summary, progress: &Progress) -> Result<Life> {
        let (mut kept, settings) = (Kept::of(summary)?, Settings::of(summary)?);
        let (needs, today) = (needs(&kept, summary, now), summary.date_at(now));
        let first = needs.date.min(today);
        let rule = |date: NaiveDate| if date < today { rule_on(summary, date) } else { summary.day_rule() };
        // What was entered later than two hours after its date changes nothing of what is.
        let in_time = |made: Uuid, date: NaiveDate| {
            let ends = rule(date).start_of(date.succ_opt().unwrap_or(date)).plus(recent::KEPT);
            id::time_of(made).is_none_or(|made| made < ends)
        };
        let began = rule(first).start_of(first).minus(EARLIER);
        // One after the other, since mostly the first of them is all that is asked of the store.
        let mut sessions = self.today.sessions(owner, summary, began).await?;
        let days = self.days(summary, first, today).await?;
        let entries = self.today.entries(owner, summary, [first, today], in_time).await?;
        kept.character.growth = self.grown(kept.character.growth, now, owner, progress, summary).await?;
        let date_of = |session: &WorkSession| summary.date_at(session.start_time);
        sessions.retain(|session| session.end.is_none() || in_time(session.id.uuid(), date_of(session)));
        sessions.sort_by_key(|session| (session.start_time, session.id.uuid()));
        let mut known = Known {
            now,
            settings,
            dates: dates([first, today], rule, summary, progress, &days)?,
            sessions,
            drinks: Vec::new(),
            lunches: Vec::new(),
            rests: Vec::new(),
            lunch_rests: Vec::new(),
        };
        let resting = booking::active(summary, now)?.map(|rest| (rest.kind, rest.start_time, now));
        let ended = |KeptRest(_, kind, from, to): &KeptRest| (*kind, Timestamp::from_micros(*from), Timestamp::from_micros(*to));
        let rests = entries.values().flat_map(|of| of.rests.iter().map(ended)).chain(resting);
        for (kind, from, to) in rests {
            known.rests.push((from, to));
            known.lunch_rests.extend((kind == RestKind::Lunch).then_some((from, to)));
        }
        known.rests.sort_unstable();
        let lunch = |KeptMeal(_, kind, at): &KeptMeal| (*kind == MealKind::Lunch).then_some(Timestamp::from_micros(*at));
        known.lunches.extend(entries.values().flat_map(|of| of.meals.iter().filter_map(lunch)));
        let drink = |KeptDrink(at, ml): &KeptDrink| (Timestamp::from_micros(*at), *ml);
        known.drinks.extend(entries.values().flat_map(|of| of.drinks.iter().map(drink)));
        let days = known.days();
        let circumstances = known.circumstances(&days);
        Ok(Life { kept, needs, now, days, circumstances, settings })
    }

    /// What was counted for the dates that have passed: nothing is looked up where the summary has it all.
    async fn days(&self, summary: &Summary, first: NaiveDate, today: NaiveDate) -> Result<Vec<ledger::Day>> {
        let latest = summary.day.as_ref().filter(|day| day.date >= first);
        if first >= today || latest.is_none_or(|day| day.date == first) {
            return Ok(latest.cloned().into_iter().collect());
        }
        self.ledger.days(summary, first, today).await
    }

    /// What it has become. A form follows from what had been earned when the level was reached, whenever it is asked for.
    async fn grown(&self, growth: Growth, now: Timestamp, owner: Owner, progress: &Progress, of: &Summary) -> Result<Growth> {
        let Some(turn) = growth.turn_at(progress.level) else { return Ok(growth.at(progress.level, Earned::default())) };
        let achieved = if turn == Stage::Adult { "evolved_adult" } else { "evolved_teen" };
        let achievements = self.progress.achievements(owner).await?;
        let reached = achievements.and_then(|all| all.value.earned.get(achieved).copied()).unwrap_or(now);
        let date = of.date_at(reached);
        let dates = Begins { from: date.checked_sub_days(FORM_DATES), to: Some(date) };
        let mut sums = [0_i64; 3];
        let mut page = Some(PageRequest::first(Limit::MAX));
        while let Some(wanted) = page {
            let read = self.progress.entries(owner, dates, wanted).await?;
            for entry in read.items.iter().filter(|entry| entry.at <= reached) {
                let sum = match entry.reason {
                    Reason::Tasks => &mut sums[0],
                    Reason::Focus => &mut sums[1],
                    Reason::Hydration | Reason::Lunch | Reason::Breaks => &mut sums[2],
                    // What is granted once says nothing of what somebody does most.
                    Reason::FirstTask | Reason::FirstSession | Reason::FirstWater => continue,
                };
                *sum += entry.xp;
            }
            page = read.next.map(|after| PageRequest { limit: Limit::MAX, after: Some(after) });
        }
        let [tasks, focus, care] = sums.map(|sum| u64::try_from(sum).unwrap_or(0));
        Ok(growth.at(progress.level, Earned { tasks, focus, care }))
    }
}

/// The needs that are kept, or with which it began.
pub fn needs(kept: &Kept, summary: &Summary, now: Timestamp) -> KeptNeeds {
    kept.needs.unwrap_or_else(|| {
        let days = summary.day_rule();
        let today = days.date_at(now);
        let earliest = days.start_of(today.checked_sub_days(UNKNOWN).unwrap_or(today));
        let registered = id::time_of(summary.user_id.uuid()).map_or(days.start_of(today), |at| at.max(earliest));
        KeptNeeds::at_registration(registered, days.date_at(registered))
    })
}

fn rule_on(summary: &Summary, date: NaiveDate) -> DayRule {
    let terms = summary.terms_on(date);
    DayRule { zone: terms.zone, day_start: terms.day_start }
}

/// What is known of the dates, with the one before the first and the one after the last.
fn dates(
    [first, today]: [NaiveDate; 2],
    rule: impl Fn(NaiveDate) -> DayRule,
    summary: &Summary,
    progress: &Progress,
    days: &[ledger::Day],
) -> Result<Vec<Date>> {
    let (before, after) = (first.pred_opt().unwrap_or(first), today.succ_opt().unwrap_or(today));
    let mut dates = Vec::new();
    for (date, judged) in progress.judged(before, after, summary)? {
        let day = days.iter().find(|day| day.date == date);
        let terms = day.and_then(|day| day.terms.clone()).unwrap_or_else(|| summary.terms_on(date));
        let counted = day.filter(|day| !day.counts.is_empty()).map(figures).transpose()?;
        dates.push(Date {
            date,
            rule: rule(date),
            expected: judged.expected,
            off: judged.off,
            strength: judged.strength,
            goals: DaySettings::of(&terms)?.goals,
            counted: counted.map(|of| Counted {
                completed_tasks: of.completed_tasks,
                breaks_due: of.breaks_due,
                breaks_taken: of.taken_when_due(),
            }),
        });
    }
    Ok(dates)
}
