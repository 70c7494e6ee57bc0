//! Use cases on hydration.

use super::model::{Drink, DrinkId, NewDrink};
use crate::{
    domain::Shared,
    kernel::{Created, Ctx, Id, IdempotencyKey, Owner, Page, PageRequest, Precondition, Result, Versioned},
    ledger::{Decision, Ledger, Transaction},
    wellbeing::{
        budget::Reminder,
        counters::DRINKS,
        entries,
        entry::{Between, instant},
        recent, reminded,
    },
};

#[derive(Debug, Clone)]
pub struct DrinkService(Ledger);

impl DrinkService {
    pub fn new(shared: &Shared) -> Self {
        Self(shared.ledger.clone())
    }

    /// Errors: `InvalidField`, `TooManyEntries`, `NotFound` when there is no such user, `IdempotencyKeyReused`.
    pub async fn create(
        &self,
        _ctx: &Ctx,
        owner: Owner,
        new: NewDrink,
        key: Option<&IdempotencyKey>,
    ) -> Result<Created<Versioned<Drink>>> {
        self.0
            .run(owner, |change| {
                Box::pin(async move {
                    if let Some(first) = change.replayed(key).await? {
                        return Ok(Decision::Keep(first));
                    }
                    let drink = entered(change, owner, new).await?;
                    Ok(Decision::Write(Created::now(change.created(drink, key)?)))
                })
            })
            .await
    }

    /// Those of some dates, by date and time.
    pub async fn list(&self, _ctx: &Ctx, owner: Owner, between: Between, page: PageRequest) -> Result<Page<Drink>> {
        entries::list(&self.0.collection(), owner, between, page).await
    }

    /// Takes an entry back: nothing of it is counted any more. Errors: `NotFound`.
    pub async fn delete(&self, _ctx: &Ctx, owner: Owner, id: DrinkId) -> Result<()> {
        self.0
            .delete(owner, &id.to_string(), &Precondition::None, |drink: &Drink, change| {
                change.touch();
                reminded::taken_back(change, drink.date)?;
                recent::edit(change, drink.date, |of| {
                    let same = of.drinks.iter().position(|kept| *kept == drink.kept());
                    same.map(|index| of.drinks.remove(index));
                })
            })
            .await
    }
}

/// A drink that is entered in a change, which has still to create it. Errors: `InvalidField`, `TooManyEntries`.
pub async fn entered(change: &mut Transaction<'_>, owner: Owner, new: NewDrink) -> Result<Drink> {
    let at = instant(new.at, change.now())?;
    let date = change.summary.date_at(at);
    entries::check_room(change, date, DRINKS).await?;
    let drink = Drink { id: Id::new(change.next_id()), user_id: owner.id(), ml: new.ml, at, date };
    recent::edit(change, date, |of| of.drinks.push(drink.kept()))?;
    reminded::entered(change, date, &[Reminder::Hydration])?;
    change.touch();
    Ok(drink)
}
