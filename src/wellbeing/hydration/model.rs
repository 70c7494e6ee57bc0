//! What an entry of hydration is. Pure.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::kernel::{Bounded, Id, Resource, Timestamp, UserId};

pub type DrinkId = Id<Drink>;
/// How much was drunk, in millilitres.
pub type Millilitres = Bounded<50, 1000>;

/// Something that was drunk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drink {
    pub id: DrinkId,
    pub user_id: UserId,
    pub ml: Millilitres,
    pub at: Timestamp,
    /// The date that it was for the user.
    pub date: NaiveDate,
}

/// What is known of a drink that is to be entered.
#[derive(Debug, Clone, Copy)]
pub struct NewDrink {
    pub ml: Millilitres,
    /// Now, when it is not said.
    pub at: Option<Timestamp>,
}

impl Resource for Drink {
    const NOUN: &'static str = "Drink";
}
