//! Where drinks are kept: in their user's partition, listed by date and time; and what they count for.

use super::model::Drink;
use crate::{
    ledger::{Add, Counted},
    store::{Entity, Places},
    wellbeing::{
        counters::{DRINKS, WATER_ML},
        entry::place,
        recent::KeptDrink,
    },
};

impl Entity for Drink {
    const KIND: &'static str = "hydration";
    const PUBLISHED: bool = true;

    fn document_id(&self) -> String {
        self.id.to_string()
    }

    fn places(&self) -> Places {
        [Some(place(self.date, self.at)), None, None, None]
    }
}

impl Counted for Drink {
    fn counts(&self, add: Add<'_>) {
        for date in [None, Some(self.date)] {
            add(DRINKS, date, 1);
            add(WATER_ML, date, self.ml.get().into());
        }
    }
}

impl Drink {
    /// What the summary keeps of it while its date is the present one.
    pub fn kept(&self) -> KeptDrink {
        KeptDrink(self.at.micros(), self.ml.get())
    }
}
