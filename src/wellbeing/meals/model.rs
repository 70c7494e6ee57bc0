//! What a meal is. Pure.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::{
    choice,
    kernel::{Id, Resource, Timestamp, UserId},
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

choice!(
    /// Which meal of the day it is.
    MealKind as "MealKind",
    Breakfast = "breakfast",
    Lunch = "lunch",
    Dinner = "dinner",
    Snack = "snack",
);

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
