//! Where check-ins are kept: in their user's partition, listed by date; and what they count for.

use super::model::CheckIn;
use crate::{
    ledger::{Add, Counted},
    store::{Entity, Places},
    wellbeing::{
        counters::{CHECK_INS, ENERGY},
        entry::place,
    },
};

impl Entity for CheckIn {
    const KIND: &'static str = "check_ins";
    const PUBLISHED: bool = true;

    fn document_id(&self) -> String {
        self.id.to_string()
    }

    fn places(&self) -> Places {
        [Some(place(self.date, self.at)), None, None, None]
    }
}

impl Counted for CheckIn {
    fn counts(&self, add: Add<'_>) {
        add(CHECK_INS, None, 1);
        add(CHECK_INS, Some(self.date), 1);
        add(ENERGY, Some(self.date), self.energy.get().into());
    }
}
