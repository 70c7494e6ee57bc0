//! What a meal is. Pure.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::openapi::{ObjectBuilder, schema::Type};

use crate::{
    described,
    kernel::{FromText, Id, Resource, Rule, Timestamp, UserId},
};

pub type MealId = Id<Meal>;

/// A meal that was had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meal {
    pub id: MealId,
    pub user_id: UserId,
    pub kind: MealKind,
    pub at: Timestamp,
    /// The date that it was for the user.
    pub date: NaiveDate,
    /// Whether it was a lunch when lunch is to be had, by the settings when it was entered.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_window: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MealKind {
    Breakfast,
    Lunch,
    Dinner,
    Snack,
}

described!(MealKind, "MealKind");

impl FromText for MealKind {
    fn schema() -> ObjectBuilder {
        ObjectBuilder::new().schema_type(Type::String).enum_values(Some(["breakfast", "lunch", "dinner", "snack"]))
    }

    fn from_text(text: &str) -> Result<Self, Rule> {
        match text {
            "breakfast" => Ok(Self::Breakfast),
            "lunch" => Ok(Self::Lunch),
            "dinner" => Ok(Self::Dinner),
            "snack" => Ok(Self::Snack),
            _ => Err(Rule::field("must be one of: breakfast, lunch, dinner, snack")),
        }
    }
}

/// What is known of a meal that is to be entered.
#[derive(Debug, Clone, Copy)]
pub struct NewMeal {
    pub kind: MealKind,
    /// Now, when it is not said.
    pub at: Option<Timestamp>,
}

impl Resource for Meal {
    const NOUN: &'static str = "Meal";
}
