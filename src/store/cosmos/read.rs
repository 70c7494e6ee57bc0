//! Reading: one point read for a document, one query request for a page.

use azure_data_cosmos::{
    ContainerClient, FeedScope, Query as Sql,
    feed::FeedRange,
    options::{MaxItemCountHint, QueryOptions},
};
use futures_util::TryStreamExt as _;
use serde::de::DeserializeOwned;

use super::{
    fault::Failure,
    sql,
    wire::{self, Stored},
};
use crate::{
    kernel::{Page, PageRequest, Timestamp},
    store::{
        Document, Key, KeyRange, Kind, Partition, Place, Query, Scope, Span, StoreError,
        page::{Filling, List},
    },
};

pub async fn get(container: ContainerClient, key: &Key, now: Timestamp) -> Result<Option<Document>, Failure> {
    let id = wire::document_id(&key.kind, &key.id)?;
    let stored = point(&container, key.partition.as_str(), &id).await?;
    Ok(stored.filter(|stored| stored.visible(now)).map(Stored::into_document).transpose()?)
}

/// What is stored under an id, in whatever state.
pub async fn point(container: &ContainerClient, partition: &str, id: &str) -> Result<Option<Stored>, Failure> {
    match container.read_item(partition.to_owned(), id, None).await {
        Ok(response) => Ok(Some(response.into_model()?)),
        Err(error) if error.status().is_not_found() => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Those of the ids that something is stored under.
pub async fn present(container: &ContainerClient, partition: &str, ids: &[&str]) -> Result<Vec<String>, Failure> {
    let query = Sql::from(sql::PRESENT).with_parameter("@pk", partition)?.with_parameter("@ids", ids)?;
    let mut present = Vec::with_capacity(ids.len());
    let take = |id| {
        present.push(id);
        // Each id is there once at most, so that nothing can follow.
        Ok(present.len() < ids.len())
    };
    rows(container, query, FeedScope::partition(partition.to_owned()), take).await?;
    Ok(present)
}

pub async fn query(container: ContainerClient, query: &Query, now: Timestamp) -> Result<Page<Document>, Failure> {
    match query {
        Query::List { scope, kind, facet, order, span, page } => {
            let list = List { scope, kind, facet: *facet, order: *order };
            list_page(&container, &list, *span, page, now).await
        }
        Query::Named { partition, kind, ids, page } => named(&container, partition, kind, ids, page, now).await,
        Query::Changes { partition, since, page } => {
            let (change, id) = after::<(u64, String)>(page)?.unwrap_or((*since, String::new()));
            let query = Sql::from(sql::CHANGES)
                .with_parameter("@pk", partition.as_str())?
                .with_parameter("@change", change)?
                .with_parameter("@id", id)?
                .with_parameter("@now", now.micros())?;
            let scope = FeedScope::partition(partition.as_str().to_owned());
            page_of(&container, query, scope, page, None, |last, _| Ok(serde_json::json!([last.seq, id_of(last)?]).to_string()))
                .await
        }
        Query::Everything { partition, page } => everything(&container, partition, page).await,
    }
}

async fn named(
    container: &ContainerClient,
    partition: &Partition,
    kind: &Kind,
    ids: &[String],
    page: &PageRequest,
    now: Timestamp,
) -> Result<Page<Document>, Failure> {
    let (after,) = after::<(String,)>(page)?.unwrap_or_default();
    let ids = ids.iter().map(|id| wire::document_id(kind, id)).collect::<Result<Vec<_>, _>>()?;
    let query = Sql::from(sql::NAMED)
        .with_parameter("@pk", partition.as_str())?
        .with_parameter("@ids", ids)?
        .with_parameter("@id", after)?
        .with_parameter("@now", now.micros())?;
    let mut filling = Filling::new(page);
    let take = |stored: Stored| Ok(!stored.visible(now) || filling.take(stored.into_document()?, None));
    rows(container, query, FeedScope::partition(partition.as_str().to_owned()), take).await?;
    Ok(filling.page(|last, _| Ok(serde_json::json!([id_of(last)?]).to_string()))?)
}

async fn everything(container: &ContainerClient, partition: &Partition, page: &PageRequest) -> Result<Page<Document>, Failure> {
    let (id,) = after::<(String,)>(page)?.unwrap_or_default();
    let query = Sql::from(sql::EVERYTHING).with_parameter("@pk", partition.as_str())?.with_parameter("@id", id)?;
    let scope = FeedScope::partition(partition.as_str().to_owned());
    page_of(container, query, scope, page, None, |last, _| Ok(serde_json::json!([id_of(last)?]).to_string())).await
}

async fn list_page(
    container: &ContainerClient,
    list: &List<'_>,
    span: Span,
    page: &PageRequest,
    now: Timestamp,
) -> Result<Page<Document>, Failure> {
    let start = list.start(span, page)?;
    let (feed, pk) = match list.scope {
        Scope::Partition(partition, _) => (FeedScope::partition(partition.as_str().to_owned()), partition.as_str()),
        Scope::Everybody => (FeedScope::full_container(), start.partition.as_str()),
        Scope::Range(range) => (FeedScope::range(feed_range(range)?), start.partition.as_str()),
    };
    let mut query = Sql::from(sql::list(list))
        .with_parameter("@pk", pk)?
        .with_parameter("@kind", list.kind)?
        .with_parameter("@place", start.place)?
        .with_parameter("@id", &start.id)?
        .with_parameter("@end", list.end(span))?
        .with_parameter("@now", now.micros())?;
    if let Some(facet) = list.facet {
        query = query.with_parameter("@facet", facet)?;
    }
    let cursor = |last: &Document, place| Ok(list.cursor(place, last.key.partition.as_str(), &id_of(last)?));
    page_of(container, query, feed, page, Some(list.place()), cursor).await
}

/// The id that the service orders by.
fn id_of(document: &Document) -> Result<String, StoreError> {
    wire::document_id(&document.key.kind, &document.key.id)
}

/// The stretches of hashed partition keys that the service keeps together now.
///
/// They name hashes and not the physical partitions that hold them, and a query of one is sent to whatever partitions have
/// its hashes at that time: one that was split meanwhile is asked in its parts, and nothing is lost or read twice.
pub async fn ranges(container: ContainerClient) -> Result<Vec<KeyRange>, Failure> {
    Ok(container.read_feed_ranges(None).await?.iter().map(|range| KeyRange::new(range.to_string())).collect())
}

fn feed_range(range: &KeyRange) -> Result<FeedRange, StoreError> {
    range.as_str().parse().map_err(|_| StoreError::Broken(anyhow::anyhow!("not a range of this store")))
}

/// Reads one document more than the page holds, which tells whether there is a next one.
async fn page_of(
    container: &ContainerClient,
    query: Sql,
    scope: FeedScope,
    page: &PageRequest,
    place: Option<Place>,
    cursor: impl FnOnce(&Document, i64) -> Result<String, StoreError>,
) -> Result<Page<Document>, Failure> {
    let query = query.with_parameter("@limit", page.limit.get() + 1)?;
    let mut filling = Filling::new(page);
    rows(container, query, scope, |stored: Stored| {
        let at = place.and_then(|place| stored.places()[place.index()]);
        Ok(filling.take(stored.into_document()?, at))
    })
    .await?;
    Ok(filling.page(cursor)?)
}

/// Hands over the rows of a query until `take` wants no more. The service chooses how many come at once, so that a page of
/// ours is one request unless it has more than the service puts into one answer.
async fn rows<T: DeserializeOwned + Send + 'static>(
    container: &ContainerClient,
    query: Sql,
    scope: FeedScope,
    mut take: impl FnMut(T) -> Result<bool, StoreError>,
) -> Result<(), Failure> {
    let options = QueryOptions::default().with_max_item_count(MaxItemCountHint::ServerDecides);
    let mut pages = container.query_items::<T>(query, scope, Some(options)).await?.into_pages();
    while let Some(page) = pages.try_next().await? {
        for row in page.into_items() {
            if !take(row)? {
                return Ok(());
            }
        }
    }
    Ok(())
}

fn after<T: DeserializeOwned>(page: &PageRequest) -> Result<Option<T>, StoreError> {
    page.after.as_deref().map(|text| serde_json::from_str(text).map_err(|_| StoreError::BadCursor)).transpose()
}
