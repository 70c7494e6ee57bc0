//! Every SQL text that Cosmos DB is asked, and the bounds that keep each one cheap.
//!
//! Pages begin after the last document of the one before, by value. The service's own continuation tokens are bound
//! to the query's text, to the version of the client and to how the data is laid out at the time, and can be many
//! kilobytes; a place in the order is short, survives updates and splits, is seen at once to be garbage, and tells
//! exactly whether there is more.

use crate::store::{Order, Scope, page::List, query::PLACES};

macro_rules! of_a_partition {
    ($sort:literal, $facet:literal, $by_facet:literal, up) => {
        of_a_partition!($sort, $facet, $by_facet, ">", ">=", "<", "")
    };
    ($sort:literal, $facet:literal, $by_facet:literal, down) => {
        of_a_partition!($sort, $facet, $by_facet, "<", "<=", ">=", " DESC")
    };
    ($sort:literal, $facet:literal, $by_facet:literal, $beyond:literal, $from:literal, $end:literal, $direction:literal) => {
        concat!(
            "SELECT * FROM c WHERE c.pk = @pk AND c.kind = @kind", $facet,
            " AND c.", $sort, " ", $from, " @place AND c.", $sort, " ", $end, " @end",
            " AND (c.", $sort, " ", $beyond, " @place OR c.id ", $beyond, " @id)",
            " AND (NOT IS_DEFINED(c.expires_at) OR c.expires_at > @now)",
            " ORDER BY c.pk", $direction, ", c.kind", $direction, $by_facet, ", c.", $sort, $direction, ", c.id", $direction,
            " OFFSET 0 LIMIT @limit"
        )
    };
}
macro_rules! faceted {
    ($sort:literal, up) => {
        of_a_partition!($sort, " AND c.facet = @facet", ", c.facet", up)
    };
    ($sort:literal, down) => {
        of_a_partition!($sort, " AND c.facet = @facet", ", c.facet DESC", down)
    };
}
macro_rules! of_everybody {
    ($facet:literal, up) => {
        of_everybody!($facet, ">", ">=", "<", "")
    };
    ($facet:literal, down) => {
        of_everybody!($facet, "<", "<=", ">=", " DESC")
    };
    ($facet:literal, $beyond:literal, $from:literal, $end:literal, $direction:literal) => {
        concat!(
            "SELECT * FROM c WHERE c.kind = @kind", $facet,
            " AND c.sort ", $from, " @place AND c.sort ", $end, " @end",
            " AND (c.sort ", $beyond, " @place OR c.pk ", $beyond, " @pk OR (c.pk = @pk AND c.id ", $beyond, " @id))",
            " AND (NOT IS_DEFINED(c.expires_at) OR c.expires_at > @now)",
            " ORDER BY c.kind", $direction, ", c.sort", $direction, ", c.pk", $direction, ", c.id", $direction,
            " OFFSET 0 LIMIT @limit"
        )
    };
}

/// The documents in a list of a kind in one partition: by place, without a facet and with one, ascending and descending.
const OF_A_PARTITION: [[[&str; 2]; 2]; PLACES] = [
    [
        [of_a_partition!("sort", "", "", up), of_a_partition!("sort", "", "", down)],
        [faceted!("sort", up), faceted!("sort", down)],
    ],
    [
        [of_a_partition!("sort1", "", "", up), of_a_partition!("sort1", "", "", down)],
        [faceted!("sort1", up), faceted!("sort1", down)],
    ],
    [
        [of_a_partition!("sort2", "", "", up), of_a_partition!("sort2", "", "", down)],
        [faceted!("sort2", up), faceted!("sort2", down)],
    ],
    [
        [of_a_partition!("sort3", "", "", up), of_a_partition!("sort3", "", "", down)],
        [faceted!("sort3", up), faceted!("sort3", down)],
    ],
];

/// The documents in the first list of a kind in many partitions, without a facet and with one, ascending and descending.
const OF_EVERYBODY: [[&str; 2]; 2] = [
    [of_everybody!("", up), of_everybody!("", down)],
    [of_everybody!(" AND c.facet = @facet", up), of_everybody!(" AND c.facet = @facet", down)],
];

pub fn list(list: &List<'_>) -> &'static str {
    let order = match list.order {
        Order::Ascending => 0,
        Order::Descending => 1,
    };
    let facet = usize::from(list.facet.is_some());
    match list.scope {
        Scope::Partition(_, place) => OF_A_PARTITION[place.index()][facet][order],
        Scope::Everybody | Scope::Range(_) => OF_EVERYBODY[facet][order],
    }
}

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

    fn all() -> Vec<&'static str> {
        let lists = OF_A_PARTITION.into_iter().flatten().chain(OF_EVERYBODY).flatten();
        lists.chain([CHANGES, EVERYTHING, PRESENT]).collect()
    }

    /// All that we ask of the service's function library; each is also evaluated by the emulator of the tests.
    const FUNCTIONS: [&str; 2] = ["IS_DEFINED", "ARRAY_CONTAINS"];
    const CLAUSES: [&str; 14] =
        ["SELECT", "VALUE", "FROM", "WHERE", "AND", "OR", "NOT", "ORDER", "BY", "DESC", "OFFSET", "LIMIT", "IN", "*"];

    fn words(sql: &str) -> impl Iterator<Item = &str> {
        sql.split(|c: char| !c.is_ascii_alphanumeric() && !"_.@*".contains(c)).filter(|word| !word.is_empty())
    }

    /// The paths that the documents are ordered by. All ascend or all descend: an index serves its order and the exact
    /// inverse, and nothing between.
    fn order(sql: &str) -> Vec<String> {
        let Some((_, keys)) = sql.split_once("ORDER BY ") else { return Vec::new() };
        let keys: Vec<&str> = keys.split(" OFFSET").next().expect("a part").split(',').map(str::trim).collect();
        let descending = keys.iter().filter(|key| key.ends_with(" DESC")).count();
        assert!(descending == 0 || descending == keys.len(), "{sql}");
        keys.into_iter().map(|key| key.trim_end_matches(" DESC").replace("c.", "/")).collect()
    }

    #[test]
    fn says_nothing_but_known_words() {
        for sql in all() {
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
        let across: Vec<_> = all().into_iter().filter(|sql| !sql.contains("WHERE c.pk = @pk AND")).collect();
        assert_eq!(across, OF_EVERYBODY.concat());
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
        for sql in all() {
            let keys = order(sql);
            if keys.len() > 1 {
                assert!(composites.contains(&keys), "no composite index for {keys:?}");
                used.insert(keys);
            }
        }
        assert_eq!(used.len(), composites.len(), "an index that no query uses costs every write");
    }

    /// A comparison that goes with the order, so that a page is one stretch of the index.
    #[test]
    fn a_page_begins_and_ends_in_the_direction_of_its_order() {
        for (sql, descending) in OF_A_PARTITION.into_iter().flatten().chain(OF_EVERYBODY).flatten().map(|sql| (sql, sql.contains("DESC"))) {
            let comparisons = if descending { ["<= @place", ">= @end", "< @place", "< @id"] } else { [">= @place", "< @end", "> @place", "> @id"] };
            assert!(comparisons.iter().all(|comparison| sql.contains(comparison)), "{sql}");
        }
    }

    #[test]
    fn every_comparison_has_its_index() {
        let included: Vec<String> = container::indexing_policy().included_paths.into_iter().map(|path| path.path).collect();
        // The service indexes ids by itself; the end of a life is looked at in the few documents that are left.
        let free = ["c.id", "c.expires_at"];
        let mut used = std::collections::BTreeSet::new();
        for sql in all() {
            for word in words(sql).filter(|word| word.starts_with("c.") && !free.contains(word)) {
                used.insert(format!("/{}/?", &word[2..]));
            }
        }
        let included: std::collections::BTreeSet<_> = included.into_iter().collect();
        assert_eq!(used, included);
    }
}
