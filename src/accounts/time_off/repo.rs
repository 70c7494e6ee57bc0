//! Where time off is kept: in its user's partition, listed by its first date.

use std::sync::Arc;

use chrono::{Datelike as _, NaiveDate};

use super::model::{Begins, Dates, TimeOff};
use crate::{
    kernel::{Limit, Owner, Page, PageRequest, Result},
    ledger::Counted,
    store::{Collection, Entity, Partition, Place, Places, Span, Store},
};

/// The list by the first date, in days.
const BY_FIRST_DATE: Place = Place::FIRST;

impl Entity for TimeOff {
    const KIND: &'static str = "time_off";
    const PUBLISHED: bool = true;

    fn document_id(&self) -> String {
        self.id.to_string()
    }

    fn places(&self) -> Places {
        [Some(place(self.dates.from)), None, None, None]
    }
}

impl Counted for TimeOff {}

fn place(date: NaiveDate) -> i64 {
    date.num_days_from_ce().into()
}

#[derive(Debug, Clone)]
pub struct TimeOffRepo(Collection<TimeOff>);

impl TimeOffRepo {
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self(Collection::new(store))
    }

    /// What begins on those dates, the earliest first.
    pub async fn list(&self, owner: Owner, begins: Begins, page: PageRequest) -> Result<Page<TimeOff>> {
        let span = Span {
            from: begins.from.map_or(Span::ALL.from, place),
            until: begins.to.map_or(Span::ALL.until, |to| place(to) + 1),
        };
        Ok(self.0.range(Some(Partition::of(owner.id())), span, page).await?)
    }

    /// What shares a date with those: since none of it overlaps, that can only be the last that begins before their end.
    pub async fn overlapping(&self, owner: Owner, dates: Dates) -> Result<Option<TimeOff>> {
        let (partition, until) = (Partition::of(owner.id()), place(dates.to) + 1);
        let last = self.0.last_before(partition, BY_FIRST_DATE, until, Limit::ONE).await?;
        Ok(last.into_iter().find(|last| dates.from <= last.dates.to))
    }
}
