//! Every SQL text that Cosmos DB is asked, and the bounds that keep each one cheap.
//!
//! Pages begin after the last document of the one before, by value. The service's own continuation tokens are bound
//! to the query's text, to the version of the client and to how the data is laid out at the time, and can be many
//! kilobytes; a place in the order is short, survives updates and splits, is seen at once to be garbage, and tells
//! exactly whether there is more.

/// The listed documents of a kind in one partition.
pub const LIST: &str = "SELECT * FROM c \
    WHERE c.pk = @pk AND c.kind = @kind \
      AND c.sort >= @sort AND c.sort < @until AND (c.sort > @sort OR c.id > @id) \
      AND (NOT IS_DEFINED(c.expires_at) OR c.expires_at > @now) \
    ORDER BY c.pk, c.kind, c.sort, c.id OFFSET 0 LIMIT @limit";

/// Those of them with one facet.
pub const LIST_FACET: &str = "SELECT * FROM c \
    WHERE c.pk = @pk AND c.kind = @kind AND c.facet = @facet \
      AND c.sort >= @sort AND c.sort < @until AND (c.sort > @sort OR c.id > @id) \
      AND (NOT IS_DEFINED(c.expires_at) OR c.expires_at > @now) \
    ORDER BY c.pk, c.kind, c.facet, c.sort, c.id OFFSET 0 LIMIT @limit";

/// The listed documents of a kind in all partitions.
pub const LIST_EVERYBODY: &str = "SELECT * FROM c \
    WHERE c.kind = @kind \
      AND c.sort >= @sort AND c.sort < @until AND (c.sort > @sort OR c.pk > @pk OR (c.pk = @pk AND c.id > @id)) \
      AND (NOT IS_DEFINED(c.expires_at) OR c.expires_at > @now) \
    ORDER BY c.kind, c.sort, c.pk, c.id OFFSET 0 LIMIT @limit";

/// Those of them with one facet.
pub const LIST_EVERYBODY_FACET: &str = "SELECT * FROM c \
    WHERE c.kind = @kind AND c.facet = @facet \
      AND c.sort >= @sort AND c.sort < @until AND (c.sort > @sort OR c.pk > @pk OR (c.pk = @pk AND c.id > @id)) \
      AND (NOT IS_DEFINED(c.expires_at) OR c.expires_at > @now) \
    ORDER BY c.kind, c.sort, c.pk, c.id OFFSET 0 LIMIT @limit";

/// What was published in a partition, by the number of its last change.
pub const CHANGES: &str = "SELECT * FROM c \
    WHERE c.pk = @pk AND c.change >= @change AND (c.change > @change OR c.id > @id) \
      AND (NOT IS_DEFINED(c.expires_at) OR c.expires_at > @now) \
    ORDER BY c.pk, c.change, c.id OFFSET 0 LIMIT @limit";

/// Whatever is in a partition. The id begins with the kind, so its order is that of both.
pub const EVERYTHING: &str = "SELECT * FROM c WHERE c.pk = @pk AND c.id > @id ORDER BY c.id OFFSET 0 LIMIT @limit";

/// Which of some documents there are.
pub const PRESENT: &str = "SELECT VALUE c.id FROM c WHERE c.pk = @pk AND ARRAY_CONTAINS(@ids, c.id)";

#[cfg(test)]
mod tests {
    use azure_data_cosmos::models::CompositeIndexOrder;

    use super::*;
    use crate::store::cosmos::container;

    const ALL: [&str; 7] = [LIST, LIST_FACET, LIST_EVERYBODY, LIST_EVERYBODY_FACET, CHANGES, EVERYTHING, PRESENT];
    /// All that we ask of the service's function library; each is also evaluated by the emulator of the tests.
    const FUNCTIONS: [&str; 2] = ["IS_DEFINED", "ARRAY_CONTAINS"];
    const CLAUSES: [&str; 14] =
        ["SELECT", "VALUE", "FROM", "WHERE", "AND", "OR", "NOT", "ORDER", "BY", "OFFSET", "LIMIT", "ASC", "IN", "*"];

    fn words(sql: &str) -> impl Iterator<Item = &str> {
        sql.split(|c: char| !c.is_ascii_alphanumeric() && !"_.@*".contains(c)).filter(|word| !word.is_empty())
    }

    fn order(sql: &str) -> Vec<String> {
        let Some((_, keys)) = sql.split_once("ORDER BY ") else { return Vec::new() };
        let keys = keys.split(" OFFSET").next().expect("a part");
        keys.split(',').map(|key| key.trim().replace("c.", "/")).collect()
    }

    #[test]
    fn says_nothing_but_known_words() {
        for sql in ALL {
            for word in words(sql).filter(|word| word.starts_with(|c: char| c.is_ascii_uppercase())) {
                assert!(CLAUSES.contains(&word) || FUNCTIONS.contains(&word), "{word} in {sql}");
            }
        }
        // Known words leave no aggregate, no grouping, no join and no sub-query; this one names the reason.
        let forbidden = ["COUNT", "SUM", "AVG", "MIN", "MAX", "GROUP", "DISTINCT", "JOIN", "EXISTS"];
        assert!(forbidden.iter().all(|word| !CLAUSES.contains(word) && !FUNCTIONS.contains(word)));
    }

    #[test]
    fn only_the_lists_of_everybody_read_more_than_one_partition() {
        let across: Vec<_> = ALL.into_iter().filter(|sql| !sql.contains("WHERE c.pk = @pk AND")).collect();
        assert_eq!(across, [LIST_EVERYBODY, LIST_EVERYBODY_FACET]);
    }

    #[test]
    fn every_order_has_its_index() {
        let policy = container::indexing_policy();
        let composites: Vec<Vec<String>> = policy
            .composite_indexes
            .iter()
            .map(|index| {
                assert!(index.properties.iter().all(|property| property.order == CompositeIndexOrder::Ascending));
                index.properties.iter().map(|property| property.path.clone()).collect()
            })
            .collect();
        let mut used = std::collections::HashSet::new();
        for sql in ALL {
            let keys = order(sql);
            if keys.len() > 1 {
                assert!(composites.contains(&keys), "no composite index for {keys:?}");
                used.insert(keys);
            }
        }
        assert_eq!(used.len(), composites.len(), "an index that no query uses costs every write");
    }

    #[test]
    fn every_comparison_has_its_index() {
        let included: Vec<String> = container::indexing_policy().included_paths.into_iter().map(|path| path.path).collect();
        // The service indexes ids by itself; the end of a life is looked at in the few documents that are left.
        let free = ["c.id", "c.expires_at"];
        let mut used = std::collections::BTreeSet::new();
        for sql in ALL {
            for word in words(sql).filter(|word| word.starts_with("c.") && !free.contains(word)) {
                used.insert(format!("/{}/?", &word[2..]));
            }
        }
        let included: std::collections::BTreeSet<_> = included.into_iter().collect();
        assert_eq!(used, included);
    }
}
