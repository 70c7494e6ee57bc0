//! What a date gives for care, told from all documents that there are.

use std::collections::{BTreeMap, BTreeSet};

use avanochi::{
    accounts::settings::model::DaySettings,
    kernel::{DayRule, Limit, PageRequest, Timestamp, UserId},
    ledger::Counted,
    progress::seen::SessionSeen,
    store::{Collection, Entity},
    wellbeing::{
        hydration::model::Drink,
        lunch::Window,
        meals::model::Meal,
        rests::model::Rest,
        today::dated::{Part, has_time_for_lunch, tally},
    },
    work::work_sessions::model::WorkSession,
};
use chrono::NaiveDate;

use crate::support::{TestApp, events::partition};

/// By date, where it is something.
pub struct Care {
    pub hydration: BTreeMap<String, i64>,
    pub lunch: BTreeMap<String, i64>,
    pub breaks: BTreeMap<String, i64>,
}

async fn all<T: Entity + Counted>(app: &TestApp, user: &str) -> Vec<T> {
    let all = Collection::<T>::new(app.store.clone());
    all.list(Some(partition(user)), None, PageRequest::first(Limit::MAX)).await.expect("a list").items
}

impl Care {
    pub async fn of(app: &TestApp, user: &str) -> Self {
        let (drinks, meals) = (all::<Drink>(app, user).await, all::<Meal>(app, user).await);
        let (rests, mut sessions) = (all::<Rest>(app, user).await, all::<WorkSession>(app, user).await);
        sessions.sort_by_key(|session| session.start_time);
        let mut water: BTreeMap<NaiveDate, u32> = BTreeMap::new();
        for drink in drinks {
            *water.entry(drink.date).or_default() += drink.ml.get();
        }
        let had_meal = meals.iter().filter(|meal| meal.in_window).map(|meal| meal.date);
        let had_rest = rests.iter().filter(|rest| rest.end.is_some_and(|end| end.in_window)).map(|rest| rest.date);
        let mut lunch: BTreeSet<NaiveDate> = had_meal.chain(had_rest).collect();
        let seen: Vec<(SessionSeen, &WorkSession)> =
            sessions.iter().map(|session| (SessionSeen::of(session.id, Some(session)), session)).collect();
        let worked: BTreeSet<NaiveDate> = seen.iter().flat_map(|(seen, _)| seen.last_dates()).collect();
        let mut breaks = BTreeMap::new();
        for date in worked {
            let of_date = seen.iter().filter(|(seen, _)| seen.paid && seen.last_dates().any(|of| of == date));
            let parts: Vec<Part> = of_date.filter_map(|(_, session)| Part::of(session, date)).collect();
            let mut rests: Vec<(Timestamp, Timestamp)> =
                rests.iter().filter(|rest| rest.date == date).filter_map(|rest| Some((rest.start_time, rest.end?.at))).collect();
            rests.sort();
            let (set, days) = terms(app, user, date).await;
            if has_time_for_lunch(&parts, Window::on(date, set.lunch, days)) {
                lunch.insert(date);
            }
            breaks.insert(date, 3 * i64::from(tally(&parts, &rests).taken.min(6)));
        }
        let mut hydration = BTreeMap::new();
        for (date, ml) in water {
            let (set, _) = terms(app, user, date).await;
            if ml >= set.hydration_goal_ml.get() {
                hydration.insert(date, 10);
            }
        }
        Self {
            hydration: in_words(hydration.into_iter()),
            lunch: in_words(lunch.into_iter().map(|date| (date, 5))),
            breaks: in_words(breaks.into_iter().filter(|(_, xp)| *xp > 0)),
        }
    }
}

/// What held for a date.
async fn terms(app: &TestApp, user: &str, date: NaiveDate) -> (DaySettings, DayRule) {
    let ledger = &app.app.shared.ledger;
    let summary = ledger.read(UserId::parse(user).expect("an id")).await.expect("read").expect("a user");
    let day = ledger.days(&summary, date, date).await.expect("days").pop();
    let terms = day.and_then(|day| day.terms).unwrap_or_else(|| summary.terms_on(date));
    (DaySettings::of(&terms).expect("settings"), DayRule { zone: terms.zone, day_start: terms.day_start })
}

fn in_words(of: impl Iterator<Item = (NaiveDate, i64)>) -> BTreeMap<String, i64> {
    of.map(|(date, xp)| (date.to_string(), xp)).collect()
}
