//! Typed access to the documents of one kind.

use std::{marker::PhantomData, sync::Arc};

use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use super::{
    Document, Draft, Etag, Key, KeyRange, Kind, Order, PLACES, Partition, Place, Places, Query, Scope, Span, Store, StoreError,
    Write,
};
use crate::kernel::{Limit, Page, PageRequest, Timestamp, Versioned};

/// A type that is kept as documents of one kind.
///
/// # A new resource
///
/// `just new things` (`scripts/new-slice`) makes one with a single text, which compiles and passes the tests: a folder of its
/// domain, two lines in the domain's `mod.rs`, and `docs/openapi.json` written anew. What each part is for:
///
/// - **`model.rs`**: the type; a newtype with its rule (`FromText`, `described!`) for each text that callers send; changes as
///   functions that return the new value, or `None` where nothing changes; what it is called (`Resource`). A field that is added
///   later gets `#[serde(default)]`, so that what is stored stays readable.
/// - **`repo.rs`**: this trait. `KIND` is the noun in the URL. Each of [`places`](Self::places) is a list that the document stands
///   in, and the first of them everybody's list too; [`facet`](Self::facet) narrows lists; with
///   [`expires_at`](Self::expires_at) it goes by itself. Lists are read by a [`Collection`].
/// - **Counted**: `impl Counted` adds to the slice's own `Counter::named("things")`, in total and for dates; `ACHIEVEMENTS` of a
///   date makes the streak. A `Counter::family` has a counter for each number, for what has a least and a most. It must follow from the document alone, so the date that it was for the user is stored in it. The
///   ledger adds and takes away; `verify` counts everything again by the same rule.
/// - **`service.rs`**: use cases, which take an `Owner`. Each is one call of `Ledger::edit` or `delete`, or of `run` where a document is
///   created or more than one is read or written. `change.touch()` says that the user was active.
/// - **`http.rs`**: views, bodies and handlers. Each body has an example: with nothing else, `tests/it/resources.rs` tries
///   creation, pages, versions, repetition, changes, deletion and counting, `tests/it/access.rs` what strangers get, and
///   `tests/it/cosmos/cost.rs` that it costs what a task costs.
/// - **`mod.rs`**: the contribution. A published kind (`PUBLISHED`, and `.kind::<Thing, ThingView>(shown)`) is told to clients
///   who follow changes, as its view; any other says why not: `.internal_kind::<Thing>("…")`.
/// - **Facts**: of what a user has one at most, and each change needs, `impl Fact` and `change.summary.facts.set(&fact)` keep a
///   copy in the summary, in the commit that changes it.
/// - **What each day keeps**: `change.change_terms(|summary| summary.day_facts.set(&fact))` leaves a fact for the days that come; it
///   is read off `Day::terms`, or `Summary::terms_on` for a date without one.
/// - **Nobody else's**: where not even an administrator may name another user, `web::Own`, `OwnById` and `Whose::alone` take the
///   place of `ById` and `Whose::owner`.
/// - **Dues**: for work at an instant, `change.summary.due.set(NAME, Some(at))` in the commits that move it, `impl DueWork`, and
///   `.due(…)` in the contribution.
pub trait Entity: Serialize + DeserializeOwned {
    const KIND: &'static str;
    /// See [`Draft::published`].
    const PUBLISHED: bool = false;

    /// The id within its partition and kind.
    fn document_id(&self) -> String;

    /// See [`Draft::places`].
    fn places(&self) -> Places {
        [None; PLACES]
    }

    /// See [`Draft::facet`].
    fn facet(&self) -> Option<&'static str> {
        None
    }

    /// See [`Draft::expires_at`].
    fn expires_at(&self) -> Option<Timestamp> {
        None
    }
}

/// A value as it was read, with what is needed to replace it.
#[derive(Debug, Clone)]
pub struct Stored<T> {
    pub value: T,
    pub etag: Etag,
    /// The operation that wrote it.
    pub op: Uuid,
}

impl<T> Stored<T> {
    /// What callers see of it.
    pub fn versioned(self) -> Versioned<T> {
        Versioned { value: self.value, version: self.op }
    }
}

/// The documents of type `T`.
#[derive(Debug)]
pub struct Collection<T> {
    store: Arc<dyn Store>,
    marker: PhantomData<fn() -> T>,
}

impl<T> Clone for Collection<T> {
    fn clone(&self) -> Self {
        Self { store: Arc::clone(&self.store), marker: PhantomData }
    }
}

impl<T: Entity> Collection<T> {
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store, marker: PhantomData }
    }

    pub fn store(&self) -> &dyn Store {
        &*self.store
    }

    pub async fn get(&self, partition: Partition, id: impl Into<String>) -> Result<Option<Stored<T>>, StoreError> {
        let key = Key { partition, kind: Kind::Borrowed(T::KIND), id: id.into() };
        self.store.get(key).await?.map(read).transpose()
    }

    /// The documents under some ids, by id; what is not there is left out.
    pub async fn get_all(&self, partition: &Partition, ids: Vec<String>) -> Result<Vec<Stored<T>>, StoreError> {
        let (mut found, mut after) = (Vec::with_capacity(ids.len()), None);
        if ids.is_empty() {
            return Ok(found);
        }
        loop {
            let page = PageRequest { limit: Limit::MAX, after };
            let query = Query::Named { partition: partition.clone(), kind: Kind::Borrowed(T::KIND), ids: ids.clone(), page };
            let page = self.store.query(query).await?.try_map(read)?;
            found.extend(page.items);
            match page.next {
                Some(next) => after = Some(next),
                None => return Ok(found),
            }
        }
    }

    /// A page of the kind in the order of [`Place::FIRST`]; `None` as partition reads those of everybody.
    pub async fn list(
        &self,
        partition: Option<Partition>,
        facet: Option<&'static str>,
        page: PageRequest,
    ) -> Result<Page<T>, StoreError> {
        values(self.list_stored(partition, facet, Span::ALL, page).await?)
    }

    /// As [`Self::list`], of those alone whose place is within the span.
    pub async fn range(&self, partition: Option<Partition>, span: Span, page: PageRequest) -> Result<Page<T>, StoreError> {
        values(self.list_stored(partition, None, span, page).await?)
    }

    /// As [`Self::list`] within the span, with what is needed to replace each.
    pub async fn list_stored(
        &self,
        partition: Option<Partition>,
        facet: Option<&'static str>,
        span: Span,
        page: PageRequest,
    ) -> Result<Page<Stored<T>>, StoreError> {
        self.list_in(Scope::first(partition), facet, Order::Ascending, span, page).await
    }

    /// A page of any list of the kind, with what is needed to replace each document.
    pub async fn list_in(
        &self,
        scope: Scope,
        facet: Option<&'static str>,
        order: Order,
        span: Span,
        page: PageRequest,
    ) -> Result<Page<Stored<T>>, StoreError> {
        let query = Query::List { scope, kind: Kind::Borrowed(T::KIND), facet, order, span, page };
        self.store.query(query).await?.try_map(read)
    }

    /// As [`Self::list_in`], each document as the text that is stored.
    pub async fn texts_in(
        &self,
        scope: Scope,
        facet: Option<&'static str>,
        order: Order,
        page: PageRequest,
    ) -> Result<Page<String>, StoreError> {
        let query = Query::List { scope, kind: Kind::Borrowed(T::KIND), facet, order, span: Span::ALL, page };
        self.store.query(query).await?.try_map(|document| Ok(document.body))
    }

    /// The last documents of a list whose place is before `until`, the nearest first: at most `limit`, and fewer where their
    /// bodies are large, but at least one when there is one.
    pub async fn last_before(&self, partition: Partition, place: Place, until: i64, limit: Limit) -> Result<Vec<T>, StoreError> {
        let (scope, span) = (Scope::Partition(partition, place), Span { until, ..Span::ALL });
        let page = self.list_in(scope, None, Order::Descending, span, PageRequest::first(limit)).await?;
        Ok(page.items.into_iter().map(|read| read.value).collect())
    }

    /// As [`Self::range`], of the partitions of one of the store's ranges.
    pub async fn range_of(&self, partitions: KeyRange, span: Span, page: PageRequest) -> Result<Page<T>, StoreError> {
        values(self.list_in(Scope::Range(partitions), None, Order::Ascending, span, page).await?)
    }
}

/// Writes the document for the first time.
pub fn create<T: Entity>(value: &T, seq: u64) -> Result<Write, StoreError> {
    Ok(Write::Create(draft(value, seq)?))
}

/// Replaces the version that was read.
pub fn replace<T: Entity>(value: &T, seq: u64, read: &Etag) -> Result<Write, StoreError> {
    Ok(Write::Replace(draft(value, seq)?, read.clone()))
}

/// Creates, or replaces what was read.
pub fn put<T: Entity>(value: &T, seq: u64, read: Option<&Etag>) -> Result<Write, StoreError> {
    read.map_or_else(|| create(value, seq), |etag| replace(value, seq, etag))
}

fn values<T>(page: Page<Stored<T>>) -> Result<Page<T>, StoreError> {
    page.try_map(|read| Ok(read.value))
}

fn draft<T: Entity>(value: &T, seq: u64) -> Result<Draft, StoreError> {
    Ok(Draft {
        kind: Kind::Borrowed(T::KIND),
        id: value.document_id(),
        seq,
        places: value.places(),
        facet: value.facet(),
        published: T::PUBLISHED,
        expires_at: value.expires_at(),
        body: serde_json::to_string(value).map_err(|e| StoreError::Broken(e.into()))?,
    })
}

/// What a document holds.
pub fn read<T: Entity>(document: Document) -> Result<Stored<T>, StoreError> {
    let value = serde_json::from_str(&document.body).map_err(|e| {
        // The position, never the content: a document is somebody's data.
        StoreError::Broken(anyhow::anyhow!("a document of kind {} cannot be read at column {}", T::KIND, e.column()))
    })?;
    Ok(Stored { value, etag: document.etag, op: document.op })
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use uuid::Uuid;

    use super::*;
    use crate::{
        kernel::{Clock, ManualClock},
        store::{Batch, embedded::Embedded},
    };

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Thing(i64);

    impl Entity for Thing {
        const KIND: &'static str = "things";

        fn document_id(&self) -> String {
            self.0.to_string()
        }

        fn places(&self) -> Places {
            [Some(-self.0), Some(self.0), None, None]
        }
    }

    #[tokio::test]
    async fn reads_the_last_before_a_place_and_the_parts_of_everything() {
        let clock: Arc<dyn Clock> = Arc::new(ManualClock::at(Timestamp::from_micros(0)));
        let store = Arc::new(Embedded::in_memory(clock).expect("a store"));
        let things = Collection::<Thing>::new(store.clone());
        let owner = Partition::fixed("a");
        let batch = (1..=5)
            .fold(Batch::new(owner.clone(), Uuid::from_u128(1)), |batch, n| batch.with(create(&Thing(n), 1).expect("a write")));
        store.commit(batch).await.expect("written");

        let last = async |until, limit| {
            let limit = Limit::new(limit).expect("a limit");
            things.last_before(owner.clone(), Place::SECOND, until, limit).await.expect("read")
        };
        assert_eq!(last(4, 1).await, [Thing(3)]);
        assert_eq!(last(4, 2).await, [Thing(3), Thing(2)]);
        assert_eq!(last(100, 1).await, [Thing(5)]);
        assert_eq!(last(1, 1).await, []);

        let mut found = Vec::new();
        for range in store.ranges().await.expect("ranges") {
            let span = Span { from: -4, until: -1 };
            found.extend(things.range_of(range, span, PageRequest::first(Limit::MAX)).await.expect("a page").items);
        }
        assert_eq!(found, [Thing(4), Thing(3), Thing(2)]);
        let listed = things.list(Some(owner), None, PageRequest::first(Limit::MAX)).await.expect("a page").items;
        assert_eq!(listed, [Thing(5), Thing(4), Thing(3), Thing(2), Thing(1)]);
    }
}
