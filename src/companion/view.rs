//! The companion as callers see it.

use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use utoipa::ToSchema;

use super::{
    evolution::Growth,
    looks::{Form, Mood, Palette, Stage},
    model::{Character, Companion, CompanionName, State},
    service::{Given, Shown},
};
use crate::{
    kernel::{Result, Timestamp, UserId},
    web,
    wellbeing::{
        hydration::{http::DrinkView, model::Drink},
        meals::{http::MealView, model::Meal},
    },
};

/// What of a companion does not change by itself as time passes.
#[derive(Debug, Serialize, ToSchema)]
pub struct CharacterView<'a> {
    user_id: UserId,
    /// Null until it is given one.
    name: Option<&'a CompanionName>,
    /// Null for that of its form.
    palette: Option<Palette>,
    stage: Stage,
    form: Form,
}

/// A companion as it is at an instant.
#[derive(Debug, Serialize, ToSchema)]
pub struct CompanionView<'a> {
    #[serde(flatten)]
    character: CharacterView<'a>,
    mood: Mood,
    needs: NeedsView,
    as_of: Timestamp,
    says: SaysView,
}

/// How well off it is, 0 to 100 each.
#[derive(Debug, Serialize, ToSchema)]
struct NeedsView {
    #[schema(minimum = 20, maximum = 100)]
    energy: u8,
    #[schema(minimum = 20, maximum = 100)]
    hydration: u8,
    #[schema(maximum = 100)]
    happiness: u8,
}

/// What it says in the language of the settings, and the key of it.
#[derive(Debug, Serialize, ToSchema)]
struct SaysView {
    key: &'static str,
    text: &'static str,
}

/// A companion that was fed.
#[derive(Debug, Serialize, ToSchema)]
pub struct FedView<'a> {
    #[serde(flatten)]
    companion: CompanionView<'a>,
    /// The meal that was entered. Deleting it takes it back.
    logged: MealView,
}

/// A companion that was given water.
#[derive(Debug, Serialize, ToSchema)]
pub struct WateredView<'a> {
    #[serde(flatten)]
    companion: CompanionView<'a>,
    /// What was entered as drunk. Deleting it takes it back.
    logged: DrinkView,
}

impl<'a> CharacterView<'a> {
    fn new(user_id: UserId, character: &'a Character) -> Self {
        let Growth { stage, form } = character.growth;
        Self { user_id, name: character.name.as_ref(), palette: character.palette, stage, form }
    }
}

impl<'a> From<&'a Shown> for CompanionView<'a> {
    fn from(Shown { user_id, state, language }: &'a Shown) -> Self {
        let State { character, mood, needs, as_of, says } = state;
        Self {
            character: CharacterView::new(*user_id, character),
            mood: *mood,
            needs: NeedsView {
                energy: needs.energy.shown(),
                hydration: needs.hydration.shown(),
                happiness: needs.happiness.shown(),
            },
            as_of: *as_of,
            says: SaysView { key: says.key(), text: says.text(*language) },
        }
    }
}

impl<'a> From<&'a Given<Meal>> for FedView<'a> {
    fn from(of: &'a Given<Meal>) -> Self {
        Self { companion: (&of.companion).into(), logged: (&of.logged).into() }
    }
}

impl<'a> From<&'a Given<Drink>> for WateredView<'a> {
    fn from(of: &'a Given<Drink>) -> Self {
        Self { companion: (&of.companion).into(), logged: (&of.logged).into() }
    }
}

/// Shows what is stored of a companion.
pub fn render(body: &str) -> Result<Box<RawValue>> {
    web::render(body, |of: &Companion| to_raw_value(&CharacterView::new(of.user_id, &of.character)))
}
