//! The one use case of the present date.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use chrono::{Datelike as _, Days, NaiveDate};
use uuid::Uuid;

use super::model::{Known, Today};
use crate::{
    accounts::{
        settings::model::{LabourRules, Settings},
        time_off::{ahead, model::Dates, repo::TimeOffRepo},
    },
    domain::Shared,
    kernel::{Ctx, Error, Id, Owner, Result, Timestamp, UserId},
    ledger::{Ledger, Summary},
    wellbeing::{
        check_ins::service::CheckInService,
        entries,
        entry::Between,
        hydration::model::Drink,
        meals::model::Meal,
        recent::{self, Entries, KeptMeal, KeptRest},
        rests::{
            booking,
            model::{Rest, RestEnd},
        },
    },
    work::work_sessions::{self, model::WorkSession, repo::WorkSessionRepo},
};

/// How long before its date a session may have begun that is still of concern.
const EARLIER: Duration = Duration::from_hours(48);

#[derive(Debug, Clone)]
pub struct TodayService {
    ledger: Ledger,
    sessions: WorkSessionRepo,
    check_ins: CheckInService,
    time_off: TimeOffRepo,
}

impl TodayService {
    pub fn new(shared: &Shared) -> Self {
        Self {
            ledger: shared.ledger.clone(),
            sessions: WorkSessionRepo::new(Arc::clone(&shared.store)),
            check_ins: CheckInService::new(shared),
            time_off: TimeOffRepo::new(Arc::clone(&shared.store)),
        }
    }

    /// How the owner's date goes, and the settings by which it is told. Errors: `NotFound` when there is no such user.
    pub async fn today(&self, ctx: &Ctx, owner: Owner) -> Result<(Today, Settings)> {
        let summary = self.ledger.read(owner.id()).await?.ok_or_else(|| Error::not_found("User"))?;
        let known = self.known(owner, &summary, ctx.now(), Settings::of(&summary)?).await?;
        let settings = known.settings;
        Ok((known.today(), settings))
    }

    /// What is known of the owner's date at an instant, whose summary was just read: one read and one query.
    pub async fn known(&self, owner: Owner, summary: &Summary, now: Timestamp, settings: Settings) -> Result<Known> {
        let days = summary.day_rule();
        let (date, since) = (days.date_at(now), recent::since(summary, now));
        // Rules on working time look at a week.
        let earlier = if settings.labour_rules == LabourRules::None { 0 } else { 7 };
        let from = days.start_of(date.checked_sub_days(Days::new(earlier)).unwrap_or(date)).minus(EARLIER);
        let (sessions, check_in, off, entries) = tokio::try_join!(
            self.sessions(owner, summary, from),
            self.check_ins.on(owner, date),
            self.is_off(owner, summary, date),
            self.entries(owner, summary, [since, date], |_, _| true),
        )?;
        let mut known = Known {
            now,
            days,
            settings,
            expected: !off && settings.work_days.0.contains(date.weekday()),
            off,
            drinks: Vec::new(),
            recent_drinks: Vec::new(),
            meals: Vec::new(),
            rests: booking::active(summary, now)?.map(|active| active.rest(owner.id())).into_iter().collect(),
            check_in,
            sessions,
        };
        for (of, entries) in entries {
            let drinks = entries.drinks.iter().map(|drink| (Timestamp::from_micros(drink.0), drink.1));
            known.recent_drinks.extend(drinks.clone());
            known.rests.extend(entries.rests.iter().map(|kept| rest(*kept, owner.id(), of)));
            if of == date {
                known.drinks.extend(drinks);
                known.meals.extend(entries.meals.iter().map(|kept| meal(*kept, owner.id(), of)));
            }
        }
        Ok(known)
    }

    /// The sessions that began since an instant, and the one under way, as the summary knows it.
    pub async fn sessions(&self, owner: Owner, summary: &Summary, from: Timestamp) -> Result<Vec<WorkSession>> {
        let mut found = self.sessions.ended_since(owner, from).await?;
        let active = work_sessions::booking::active(summary)?.map(|active| active.session(owner.id())).transpose()?;
        // It may have ended since the summary was read.
        let active = active.filter(|active| found.iter().all(|ended| ended.id != active.id));
        found.extend(active);
        Ok(found)
    }

    async fn is_off(&self, owner: Owner, summary: &Summary, date: NaiveDate) -> Result<bool> {
        match ahead::is_off(summary, date)? {
            Some(off) => Ok(off),
            None => Ok(self.time_off.overlapping(owner, Dates { from: date, to: date }).await?.is_some()),
        }
    }

    /// The entries from one date to another, from the summary where it has them all. Where they are looked up, of those only for
    /// whose id and date `counts` says so.
    pub async fn entries(
        &self,
        owner: Owner,
        summary: &Summary,
        [since, date]: [NaiveDate; 2],
        counts: impl Fn(Uuid, NaiveDate) -> bool,
    ) -> Result<BTreeMap<NaiveDate, Entries>> {
        let (from, mut found) = recent::known(summary, since)?;
        if from <= since {
            return Ok(found);
        }
        let between = Between { from: Some(since), to: from.pred_opt().map(|last| last.min(date)) };
        let drinks = entries::all::<Drink>(&self.ledger.collection(), owner, between).await?;
        for drink in drinks.into_iter().filter(|drink| counts(drink.id.uuid(), drink.date)) {
            found.entry(drink.date).or_default().drinks.push(drink.kept());
        }
        let meals = entries::all::<Meal>(&self.ledger.collection(), owner, between).await?;
        for meal in meals.into_iter().filter(|meal| counts(meal.id.uuid(), meal.date)) {
            found.entry(meal.date).or_default().meals.push(meal.kept());
        }
        let rests = entries::all::<Rest>(&self.ledger.collection(), owner, between).await?;
        for rest in rests.into_iter().filter(|rest| counts(rest.id.uuid(), rest.date)) {
            found.entry(rest.date).or_default().rests.extend(rest.kept());
        }
        Ok(found)
    }
}

fn meal(KeptMeal(id, kind, at): KeptMeal, user_id: UserId, date: NaiveDate) -> Meal {
    Meal { id: Id::new(id), user_id, kind, at: Timestamp::from_micros(at), date, in_window: false }
}

fn rest(KeptRest(id, kind, start, end): KeptRest, user_id: UserId, date: NaiveDate) -> Rest {
    let end = RestEnd { at: Timestamp::from_micros(end), guessed: false, in_window: false };
    Rest { id: Id::new(id), user_id, kind, start_time: Timestamp::from_micros(start), date, end: Some(end) }
}
