//! Entries as they are listed and bounded: the same for all kinds of them.

use chrono::NaiveDate;

use super::entry::{Between, MAX_ON_DATE};
use crate::{
    kernel::{Code, Error, Limit, Owner, Page, PageRequest, Result},
    ledger::{Counter, Transaction},
    store::{Collection, Entity, Partition, Span},
};

/// Those of some dates, by date and then by instant.
pub async fn list<T: Entity>(entries: &Collection<T>, owner: Owner, between: Between, page: PageRequest) -> Result<Page<T>> {
    let [from, until] = between.places();
    let span = Span { from: from.unwrap_or(Span::ALL.from), until: until.unwrap_or(Span::ALL.until) };
    Ok(entries.range(Some(Partition::of(owner.id())), span, page).await?)
}

/// All of some dates.
pub async fn all<T: Entity>(entries: &Collection<T>, owner: Owner, between: Between) -> Result<Vec<T>> {
    let mut page = Some(PageRequest::first(Limit::MAX));
    let mut found = Vec::new();
    while let Some(request) = page {
        let read = list(entries, owner, between, request).await?;
        found.extend(read.items);
        page = read.next.map(|after| PageRequest { limit: Limit::MAX, after: Some(after) });
    }
    Ok(found)
}

/// Whether a date has room for one more of what the counter counts. Errors: `TooManyEntries`.
pub async fn check_room(change: &Transaction<'_>, date: NaiveDate, counter: Counter) -> Result<()> {
    if change.count_on(date, counter).await? < MAX_ON_DATE {
        return Ok(());
    }
    Err(Error::new(Code::TooManyEntries, "There are 100 entries of the kind on that date, and no more can be made"))
}
