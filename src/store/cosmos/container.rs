//! The container: how it is partitioned and indexed, and its creation. `templates/cosmosdb.json` says the same.

use azure_data_cosmos::{
    ContainerClient, CosmosClient, CosmosError,
    models::{
        CompositeIndex, CompositeIndexOrder, CompositeIndexProperty, ContainerProperties, IndexingMode, IndexingPolicy,
        ThroughputProperties, TimeToLive,
    },
    options::CreateContainerOptions,
};

/// Where a document says which partition it is in.
pub const PARTITION_KEY: &str = "/pk";
/// The least that can be had, and the part of an account that costs nothing.
const THROUGHPUT: u64 = 400;

/// What the queries compare. `id` is always indexed; everything else would cost every write and serve no query.
const INCLUDED: [&str; 8] = ["/pk/?", "/kind/?", "/sort/?", "/sort1/?", "/sort2/?", "/sort3/?", "/facet/?", "/change/?"];
/// What the queries order by. The partition comes first because many users share a physical partition: a page must
/// be one seek to its user's documents, not a walk over everybody's. Each also serves the order that is its exact inverse.
const COMPOSITES: [&[&str]; 10] = [
    &["/pk", "/kind", "/sort", "/id"],
    &["/pk", "/kind", "/sort1", "/id"],
    &["/pk", "/kind", "/sort2", "/id"],
    &["/pk", "/kind", "/sort3", "/id"],
    &["/pk", "/kind", "/facet", "/sort", "/id"],
    &["/pk", "/kind", "/facet", "/sort1", "/id"],
    &["/pk", "/kind", "/facet", "/sort2", "/id"],
    &["/pk", "/kind", "/facet", "/sort3", "/id"],
    &["/kind", "/sort", "/pk", "/id"],
    &["/pk", "/change", "/id"],
];

/// The container as it is created.
pub fn properties(name: &str) -> ContainerProperties {
    ContainerProperties::new(name.to_owned(), PARTITION_KEY.into())
        .with_indexing_policy(indexing_policy())
        // On, so that a document's own `ttl` counts, without one for all.
        .with_default_ttl(TimeToLive::NoDefault)
}

pub fn indexing_policy() -> IndexingPolicy {
    let mut policy = IndexingPolicy::default().with_indexing_mode(IndexingMode::Consistent).with_excluded_path("/*");
    policy.automatic = true;
    for path in INCLUDED {
        policy = policy.with_included_path(path);
    }
    for paths in COMPOSITES {
        let index = paths.iter().fold(CompositeIndex::default(), |index, path| {
            index.with_property(CompositeIndexProperty::new(*path, CompositeIndexOrder::Ascending))
        });
        policy = policy.with_composite_index(index);
    }
    policy
}

/// Opens the container; makes it and its database when they are missing.
pub async fn open_or_create(client: &CosmosClient, database: &str, container: &str) -> Result<ContainerClient, CosmosError> {
    match client.database_client(database.to_owned()).container_client(container.to_owned(), None).await {
        Err(error) if is_missing(&error) => {}
        opened => return opened,
    }
    tracing::info!(database, container, "creating the container, which does not exist");
    // Another instance may be doing the same.
    unless_exists(client.create_database(database, None).await.map(drop))?;
    let database = client.database_client(database.to_owned());
    let options = CreateContainerOptions::default().with_throughput(ThroughputProperties::manual(THROUGHPUT));
    match database.create_container(properties(container), Some(options)).await {
        // An account without provisioned throughput refuses to be given any.
        Err(error) if error.status().is_bad_request() => {
            tracing::info!(error = %error, "creating the container again without a throughput");
            unless_exists(database.create_container(properties(container), None).await.map(drop))?;
        }
        created => unless_exists(created.map(drop))?,
    }
    database.container_client(container.to_owned(), None).await
}

/// Whether the container, or the database that it should be in, does not exist.
pub fn is_missing(error: &CosmosError) -> bool {
    u16::from(error.status().status_code()) == 404
}

fn unless_exists(result: Result<(), CosmosError>) -> Result<(), CosmosError> {
    match result {
        Err(error) if error.status().is_conflict() => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The shape that the template repeats.
    #[test]
    fn is_defined_as_documented() {
        let json = serde_json::to_value(properties("items")).expect("JSON");
        let ascending = |paths: &[&str]| -> serde_json::Value {
            paths.iter().map(|path| serde_json::json!({ "path": path, "order": "ascending" })).collect()
        };
        assert_eq!(
            json,
            serde_json::json!({
                "id": "items",
                "partitionKey": { "paths": ["/pk"], "kind": "Hash", "version": 2 },
                "defaultTtl": -1,
                "indexingPolicy": {
                    "automatic": true,
                    "indexingMode": "consistent",
                    "includedPaths": [
                        { "path": "/pk/?" }, { "path": "/kind/?" }, { "path": "/sort/?" }, { "path": "/sort1/?" },
                        { "path": "/sort2/?" }, { "path": "/sort3/?" }, { "path": "/facet/?" }, { "path": "/change/?" },
                    ],
                    "excludedPaths": [{ "path": "/*" }],
                    "compositeIndexes": [
                        ascending(&["/pk", "/kind", "/sort", "/id"]),
                        ascending(&["/pk", "/kind", "/sort1", "/id"]),
                        ascending(&["/pk", "/kind", "/sort2", "/id"]),
                        ascending(&["/pk", "/kind", "/sort3", "/id"]),
                        ascending(&["/pk", "/kind", "/facet", "/sort", "/id"]),
                        ascending(&["/pk", "/kind", "/facet", "/sort1", "/id"]),
                        ascending(&["/pk", "/kind", "/facet", "/sort2", "/id"]),
                        ascending(&["/pk", "/kind", "/facet", "/sort3", "/id"]),
                        ascending(&["/kind", "/sort", "/pk", "/id"]),
                        ascending(&["/pk", "/change", "/id"]),
                    ],
                },
            })
        );
    }
}
