//! Reading: one point read for a document, one query request for a page.

use azure_data_cosmos::{
    ContainerClient, FeedScope, Query as Sql,
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
    store::{Document, Key, Partition, Query, StoreError},
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
    rows(container, query, FeedScope::partition(partition.to_owned()), ids.len()).await
}

pub async fn query(container: ContainerClient, query: &Query, now: Timestamp) -> Result<Page<Document>, Failure> {
    match query {
        Query::List { partition: Some(partition), kind, facet, span, page } => {
            let (sort, id) = after::<(i64, String)>(page)?.unwrap_or((span.from, String::new()));
            let query = Sql::from(if facet.is_some() { sql::LIST_FACET } else { sql::LIST })
                .with_parameter("@pk", partition.as_str())?
                .with_parameter("@sort", sort)?
                .with_parameter("@until", span.until)?;
            let query = listed(query, kind, *facet, &id, now)?;
            let scope = FeedScope::partition(partition.as_str().to_owned());
            page_of(&container, query, scope, page, |last| serde_json::json!([last.sort, last.id])).await
        }
        Query::List { partition: None, kind, facet, span, page } => {
            let (sort, pk, id) = after::<(i64, String, String)>(page)?.unwrap_or((span.from, String::new(), String::new()));
            let query = Sql::from(if facet.is_some() { sql::LIST_EVERYBODY_FACET } else { sql::LIST_EVERYBODY })
                .with_parameter("@pk", pk)?
                .with_parameter("@sort", sort)?
                .with_parameter("@until", span.until)?;
            let query = listed(query, kind, *facet, &id, now)?;
            let place = |last: &Stored| serde_json::json!([last.sort, last.pk, last.id]);
            page_of(&container, query, FeedScope::full_container(), page, place).await
        }
        Query::Changes { partition, since, page } => {
            let (change, id) = after::<(u64, String)>(page)?.unwrap_or((*since, String::new()));
            let query = Sql::from(sql::CHANGES)
                .with_parameter("@pk", partition.as_str())?
                .with_parameter("@change", change)?
                .with_parameter("@id", id)?
                .with_parameter("@now", now.micros())?;
            let scope = FeedScope::partition(partition.as_str().to_owned());
            page_of(&container, query, scope, page, |last| serde_json::json!([last.seq, last.id])).await
        }
        Query::Everything { partition, page } => everything(&container, partition, page).await,
    }
}

async fn everything(container: &ContainerClient, partition: &Partition, page: &PageRequest) -> Result<Page<Document>, Failure> {
    let (id,) = after::<(String,)>(page)?.unwrap_or_default();
    let query = Sql::from(sql::EVERYTHING).with_parameter("@pk", partition.as_str())?.with_parameter("@id", id)?;
    let scope = FeedScope::partition(partition.as_str().to_owned());
    page_of(container, query, scope, page, |last| serde_json::json!([last.id])).await
}

fn listed(query: Sql, kind: &str, facet: Option<&str>, id: &str, now: Timestamp) -> Result<Sql, Failure> {
    let query = query.with_parameter("@kind", kind)?.with_parameter("@id", id)?.with_parameter("@now", now.micros())?;
    Ok(match facet {
        Some(facet) => query.with_parameter("@facet", facet)?,
        None => query,
    })
}

/// Reads one document more than the page holds, which tells whether there is a next one.
async fn page_of(
    container: &ContainerClient,
    query: Sql,
    scope: FeedScope,
    page: &PageRequest,
    place: impl Fn(&Stored) -> serde_json::Value,
) -> Result<Page<Document>, Failure> {
    let limit = page.limit.get();
    let query = query.with_parameter("@limit", limit + 1)?;
    let mut found: Vec<Stored> = rows(container, query, scope, limit + 1).await?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|last| place(last).to_string());
    let items = found.into_iter().map(Stored::into_document).collect::<Result<_, StoreError>>()?;
    Ok(Page { items, next })
}

/// The rows of a query. The service chooses how many come at once, so that a page of ours is one request unless it
/// has more than the service puts into one answer.
async fn rows<T: DeserializeOwned + Send + 'static>(
    container: &ContainerClient,
    query: Sql,
    scope: FeedScope,
    expected: usize,
) -> Result<Vec<T>, Failure> {
    let options = QueryOptions::default().with_max_item_count(MaxItemCountHint::ServerDecides);
    let mut pages = container.query_items::<T>(query, scope, Some(options)).await?.into_pages();
    let mut rows = Vec::new();
    while rows.len() < expected
        && let Some(page) = pages.try_next().await?
    {
        rows.extend(page.into_items());
    }
    Ok(rows)
}

fn after<T: DeserializeOwned>(page: &PageRequest) -> Result<Option<T>, StoreError> {
    page.after.as_deref().map(|text| serde_json::from_str(text).map_err(|_| StoreError::BadCursor)).transpose()
}
