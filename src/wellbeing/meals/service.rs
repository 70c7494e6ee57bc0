//! Use cases on meals.

use super::model::{Meal, MealId, MealKind, NewMeal};
use crate::{
    accounts::settings::model::Settings,
    domain::Shared,
    kernel::{Created, Ctx, Id, IdempotencyKey, Owner, Page, PageRequest, Precondition, Result, Versioned},
    ledger::{Decision, Ledger, Transaction},
    wellbeing::{
        budget::Reminder,
        counters::MEALS,
        entries,
        entry::{Between, instant},
        lunch::Window,
        recent, reminded,
    },
};

#[derive(Debug, Clone)]
pub struct MealService(Ledger);

impl MealService {
    pub fn new(shared: &Shared) -> Self {
        Self(shared.ledger.clone())
    }

    /// Errors: `InvalidField`, `TooManyEntries`, `NotFound` when there is no such user, `IdempotencyKeyReused`.
    pub async fn create(
        &self,
        _ctx: &Ctx,
        owner: Owner,
        new: NewMeal,
        key: Option<&IdempotencyKey>,
    ) -> Result<Created<Versioned<Meal>>> {
        self.0
            .run(owner, |change| {
                Box::pin(async move {
                    if let Some(first) = change.replayed(key).await? {
                        return Ok(Decision::Keep(first));
                    }
                    let meal = entered(change, owner, new).await?;
                    Ok(Decision::Write(Created::now(change.created(meal, key)?)))
                })
            })
            .await
    }

    /// Those of some dates, by date and time.
    pub async fn list(&self, _ctx: &Ctx, owner: Owner, between: Between, page: PageRequest) -> Result<Page<Meal>> {
        entries::list(&self.0.collection(), owner, between, page).await
    }

    /// Takes a meal back: nothing of it is counted any more. Errors: `NotFound`.
    pub async fn delete(&self, _ctx: &Ctx, owner: Owner, id: MealId) -> Result<()> {
        self.0
            .delete(owner, &id.to_string(), &Precondition::None, |meal: &Meal, change| {
                change.touch();
                reminded::taken_back(change, meal.date)?;
                recent::edit(change, meal.date, |of| of.meals.retain(|kept| *kept != meal.kept()))
            })
            .await
    }
}

/// A meal that is entered in a change, which has still to create it. Errors: `InvalidField`, `TooManyEntries`.
pub async fn entered(change: &mut Transaction<'_>, owner: Owner, new: NewMeal) -> Result<Meal> {
    let (at, days) = (instant(new.at, change.now())?, change.summary.day_rule());
    let date = days.date_at(at);
    entries::check_room(change, date, MEALS).await?;
    let window = Window::on(date, Settings::of(&change.summary)?.lunch, days);
    let in_window = new.kind == MealKind::Lunch && window.has(at);
    let meal = Meal { id: Id::new(change.next_id()), user_id: owner.id(), kind: new.kind, at, date, in_window };
    recent::edit(change, date, |of| of.meals.push(meal.kept()))?;
    let answers: &[_] = if new.kind == MealKind::Lunch { &[Reminder::Lunch] } else { &[] };
    reminded::entered(change, date, answers)?;
    change.touch();
    Ok(meal)
}
