//! Where meals are kept: in their user's partition, listed by date and time; and what they count for.

use super::model::Meal;
use crate::{
    ledger::{Add, Counted},
    store::{Entity, Places},
    wellbeing::{
        counters::{LUNCHES, MEALS},
        entry::place,
        recent::KeptMeal,
    },
};

impl Entity for Meal {
    const KIND: &'static str = "meals";
    const PUBLISHED: bool = true;

    fn document_id(&self) -> String {
        self.id.to_string()
    }

    fn places(&self) -> Places {
        [Some(place(self.date, self.at)), None, None, None]
    }
}

impl Counted for Meal {
    fn counts(&self, add: Add<'_>) {
        add(MEALS, None, 1);
        add(MEALS, Some(self.date), 1);
        if self.in_window {
            add(LUNCHES, Some(self.date), 1);
        }
    }
}

impl Meal {
    /// What the summary keeps of it while its date is the present one.
    pub fn kept(&self) -> KeptMeal {
        KeptMeal(self.id.uuid(), self.kind, self.at.micros())
    }
}
