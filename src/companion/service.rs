//! Use cases on the companion.

use chrono::{NaiveDate, Timelike as _};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{
    life::{Life, Lives, needs},
    model::{CompanionPatch, State},
    repo::Kept,
    says::Saying,
    share::ShareToken,
};
use crate::{
    accounts::settings::model::{Language, Lunch, Settings},
    domain::Shared,
    kernel::{Admins, Bounded, Caller, Created, Ctx, DayRule, Error, IdempotencyKey, Owner, Result, Timestamp, UserId},
    ledger::{Counted, Decision, Ledger, Summary, Transaction},
    progress::{service::ProgressService, standing::Progress},
    wellbeing::{
        hydration::{
            self,
            model::{Drink, Millilitres, NewDrink},
        },
        lunch::Window,
        meals::{
            self,
            model::{Meal, MealKind, NewMeal},
        },
        recent,
    },
    work::work_sessions::booking,
};

/// What is drunk when a companion is given water.
const GLASS: Millilitres = Bounded::nearest(250);
/// Before which hour a meal is breakfast, and from which on it is dinner.
const MORNING_ENDS: u32 = 11;
const EVENING_BEGINS: u32 = 19;

/// A companion as it is shown.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Shown {
    pub user_id: UserId,
    #[serde(flatten)]
    pub state: State,
    pub language: Language,
}

/// A companion that was given something, and what was entered for it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Given<T> {
    pub companion: Shown,
    pub logged: T,
}

#[derive(Debug, Clone)]
pub struct CompanionService {
    ledger: Ledger,
    progress: ProgressService,
    lives: Lives,
}

impl CompanionService {
    pub fn new(shared: &Shared) -> Self {
        Self { ledger: shared.ledger.clone(), progress: ProgressService::new(shared), lives: Lives::new(shared) }
    }

    /// The owner's companion now. Errors: `NotFound` when there is no such user.
    pub async fn get(&self, ctx: &Ctx, owner: Owner) -> Result<Shown> {
        let (summary, progress) = self.progress.up_to_date(owner).await?;
        Ok(shown(owner, self.lives.at(ctx.now(), owner, &summary, &progress).await?))
    }

    /// The same, glad of some attention. Errors: as [`Self::get`].
    pub async fn pet(&self, ctx: &Ctx, owner: Owner) -> Result<Shown> {
        Ok(saying(Saying::Petted, self.get(ctx, owner).await?))
    }

    /// Errors: `NotFound` when there is no such user.
    pub async fn update(&self, owner: Owner, patch: CompanionPatch) -> Result<Shown> {
        let (patch, progress) = (&patch, &self.progress.up_to_date(owner).await?.1);
        self.ledger
            .run(owner, |change| {
                Box::pin(async move {
                    let kept = Kept::of(&change.summary)?;
                    let character = kept.character.patched(patch);
                    let changes = character != kept.character;
                    if changes {
                        Kept { character, ..kept }.keep(change, owner).await?;
                    }
                    let life = self.lives.at(change.now(), owner, &change.summary, progress).await?;
                    let shown = shown(owner, life);
                    Ok(if changes { Decision::Write(shown) } else { Decision::Keep(shown) })
                })
            })
            .await
    }

    /// Enters a meal, of the kind that is usual at the time where none is named. Errors: `TooManyEntries`,
    /// `IdempotencyKeyReused`, `NotFound` when there is no such user.
    pub async fn feed(&self, owner: Owner, kind: Option<MealKind>, key: Option<&IdempotencyKey>) -> Result<Created<Given<Meal>>> {
        let progress = &self.progress.up_to_date(owner).await?.1;
        self.ledger
            .run(owner, |change| {
                Box::pin(async move {
                    if let Some(first) = change.replayed(key).await? {
                        return Ok(Decision::Keep(first));
                    }
                    let usual = usual_meal(change.now(), change.summary.day_rule(), Settings::of(&change.summary)?.lunch);
                    let meal = meals::service::entered(change, owner, NewMeal { kind: kind.unwrap_or(usual), at: None }).await?;
                    self.given(change, owner, progress, meal, Saying::Fed, key).await
                })
            })
            .await
    }

    /// Enters a glass of water. Errors: as [`Self::feed`].
    pub async fn water(&self, owner: Owner, key: Option<&IdempotencyKey>) -> Result<Created<Given<Drink>>> {
        let progress = &self.progress.up_to_date(owner).await?.1;
        self.ledger
            .run(owner, |change| {
                Box::pin(async move {
                    if let Some(first) = change.replayed(key).await? {
                        return Ok(Decision::Keep(first));
                    }
                    let drink = hydration::service::entered(change, owner, NewDrink { ml: GLASS, at: None }).await?;
                    self.given(change, owner, progress, drink, Saying::Watered, key).await
                })
            })
            .await
    }

    /// Makes the one link by which others see the companion; one from before is void. Errors: `NotFound` when there is no such
    /// user.
    pub async fn share(&self, owner: Owner) -> Result<ShareToken> {
        let token = ShareToken::new(owner.id())?;
        let key = token.key();
        self.ledger
            .run(owner, |change| {
                Box::pin(async move {
                    Kept { share: Some(key), ..Kept::of(&change.summary)? }.keep(change, owner).await?;
                    Ok(Decision::Write(()))
                })
            })
            .await?;
        Ok(token)
    }

    /// Makes the link void, if there is one. Errors: `NotFound` when there is no such user.
    pub async fn unshare(&self, owner: Owner) -> Result<()> {
        self.ledger
            .run(owner, |change| {
                Box::pin(async move {
                    let kept = Kept::of(&change.summary)?;
                    if kept.share.is_none() {
                        return Ok(Decision::Keep(()));
                    }
                    Kept { share: None, ..kept }.keep(change, owner).await?;
                    Ok(Decision::Write(()))
                })
            })
            .await
    }

    /// The companion that a link shows, as it is now. Errors: `NotFound`, whatever is wrong with the token.
    pub async fn shared(&self, ctx: &Ctx, token: &str) -> Result<Shown> {
        let unknown = || Error::not_found("Share link");
        let token = ShareToken::parse(token).ok_or_else(unknown)?;
        let summary = self.ledger.read(token.user_id).await?.ok_or_else(unknown)?;
        if Kept::of(&summary)?.share != Some(token.key()) {
            return Err(unknown());
        }
        let owner = ctx.clone().called_by(Caller::user(token.user_id, &Admins::default())).own()?;
        // Whoever looks at it makes nothing be written.
        let progress = self.lives.progress(owner).await?;
        Ok(shown(owner, self.lives.at(ctx.now(), owner, &summary, &progress).await?))
    }

    /// Keeps what it has become, and how it was when the present date began: at most once a date, and once a stage.
    pub(super) async fn keep_up(&self, ctx: &Ctx, owner: Owner) -> Result<()> {
        let Some(summary) = self.ledger.read(owner.id()).await? else { return Ok(()) };
        let (kept, progress) = (Kept::of(&summary)?, self.lives.progress(owner).await?);
        let grows = kept.character.growth.grows_at(progress.level);
        if !grows && needs(&kept, &summary, ctx.now()).date >= begun(&summary, ctx.now())? {
            return Ok(());
        }
        // A date that has ended is judged by all that happened on it.
        let progress = &self.progress.up_to_date(owner).await?.1;
        self.ledger
            .run(owner, |change| {
                Box::pin(async move {
                    let date = begun(&change.summary, change.now())?;
                    let before = Kept::of(&change.summary)?;
                    let kept = self.lives.at(change.now(), owner, &change.summary, progress).await?.kept_by(date);
                    if kept == before {
                        return Ok(Decision::Keep(()));
                    }
                    kept.keep(change, owner).await?;
                    Ok(Decision::Write(()))
                })
            })
            .await
    }

    /// Enters what was given, and answers with how the companion is then.
    async fn given<T: Counted + Serialize + DeserializeOwned>(
        &self,
        change: &mut Transaction<'_>,
        owner: Owner,
        progress: &Progress,
        entry: T,
        says: Saying,
        key: Option<&IdempotencyKey>,
    ) -> Result<Decision<Created<Given<T>>>> {
        let life = self.lives.at(change.now(), owner, &change.summary, progress).await?;
        change.create(&entry)?;
        let given = Given { companion: saying(says, shown(owner, life)), logged: entry };
        change.remember(key, &given)?;
        Ok(Decision::Write(Created::now(given)))
    }
}

/// The latest date of which the beginning can be kept: what is entered right after a date for it still counts, and what is known of
/// the breaks of a work session is known when it ends.
fn begun(summary: &Summary, now: Timestamp) -> Result<NaiveDate> {
    let date = recent::since(summary, now);
    let working = booking::active(summary)?.map(|session| summary.date_at(session.start_time));
    Ok(working.map_or(date, |since| since.min(date)))
}

fn shown(owner: Owner, life: Life) -> Shown {
    Shown { user_id: owner.id(), language: life.settings.language, state: life.state() }
}

fn saying(says: Saying, shown: Shown) -> Shown {
    Shown { state: State { says, ..shown.state }, ..shown }
}

/// Which meal it is that is had at an instant.
fn usual_meal(at: Timestamp, days: DayRule, lunch: Lunch) -> MealKind {
    let hour = at.in_zone(days.zone).hour();
    if Window::on(days.date_at(at), lunch, days).has(at) {
        MealKind::Lunch
    } else if hour < MORNING_ENDS {
        MealKind::Breakfast
    } else if hour >= EVENING_BEGINS {
        MealKind::Dinner
    } else {
        MealKind::Snack
    }
}
