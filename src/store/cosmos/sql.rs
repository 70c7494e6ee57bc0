//! Every SQL text that Cosmos DB is asked, and the bounds that keep each one cheap.
//!
//! Pages begin after the last document of the one before, by value. The service's own continuation tokens are bound
//! to the query's text, to the version of the client and to how the data is laid out at the time, and can be many
//! kilobytes; a place in the order is short, survives updates and splits, is seen at once to be garbage, and tells
//! exactly whether there is more.

use std::{array::from_fn, sync::LazyLock};

use crate::store::{Order, Scope, page::List, query::PLACES};

/// The documents in a list of a kind in one partition.
const OF_A_PARTITION: &str = "SELECT * FROM c \
    WHERE c.pk = @pk AND c.kind = @kind{facet} \
      AND {place} {from} @place AND {place} {before} @end AND ({place} {after} @place OR c.id {after} @id) \
      AND (NOT IS_DEFINED(c.expires_at) OR c.expires_at > @now) \
    ORDER BY c.pk {direction}, c.kind {direction}, {by facet}{place} {direction}, c.id {direction} OFFSET 0 LIMIT @limit";

/// The documents in the first list of a kind in many partitions.
const OF_EVERYBODY: &str = "SELECT * FROM c \
    WHERE c.kind = @kind{facet} \
      AND c.sort {from} @place AND c.sort {before} @end \
      AND (c.sort {after} @place OR c.pk {after} @pk OR (c.pk = @pk AND c.id {after} @id)) \
      AND (NOT IS_DEFINED(c.expires_at) OR c.expires_at > @now) \
    ORDER BY c.kind {direction}, c.sort {direction}, c.pk {direction}, c.id {direction} OFFSET 0 LIMIT @limit";

/// By place, whether there is a facet, and order.
static ALL_OF_A_PARTITION: LazyLock<[[[String; 2]; 2]; PLACES]> = LazyLock::new(|| {
    let by_facet = |facet| if facet == 1 { "c.facet {direction}, " } else { "" };
    from_fn(|place| {
        let path = if place == 0 { "c.sort".to_owned() } else { format!("c.sort{place}") };
        from_fn(|facet| {
            let text = OF_A_PARTITION.replace("{place}", &path).replace("{by facet}", by_facet(facet));
            in_both_orders(&text, facet == 1)
        })
    })
});

/// By whether there is a facet, and order.
static ALL_OF_EVERYBODY: LazyLock<[[String; 2]; 2]> = LazyLock::new(|| from_fn(|facet| in_both_orders(OF_EVERYBODY, facet == 1)));

pub fn list(list: &List<'_>) -> &'static str {
    let facet = usize::from(list.facet.is_some());
    match list.scope {
        Scope::Partition(_, place) => &ALL_OF_A_PARTITION[place.index()][facet][list.order as usize],
        Scope::Everybody | Scope::Range(_) => &ALL_OF_EVERYBODY[facet][list.order as usize],
    }
}

fn in_both_orders(template: &str, facet: bool) -> [String; 2] {
    [Order::Ascending, Order::Descending].map(|order| {
        let (after, from, before, direction) = match order {
            Order::Ascending => (">", ">=", "<", "ASC"),
            Order::Descending => ("<", "<=", ">=", "DESC"),
        };
        template
            .replace("{facet}", if facet { " AND c.facet = @facet" } else { "" })
            .replace("{after}", after)
            .replace("{from}", from)
            .replace("{before}", before)
            .replace("{direction}", direction)
    })
}

/// What was published in a partition, by the number of its last change.
pub const CHANGES: &str = "SELECT * FROM c \
    WHERE c.pk = @pk AND c.change >= @change AND (c.change > @change OR c.id > @id) \
      AND (NOT IS_DEFINED(c.expires_at) OR c.expires_at > @now) \
    ORDER BY c.pk, c.change, c.id OFFSET 0 LIMIT @limit";

/// Whatever is in a partition. The id begins with the kind, so its order is that of both.
pub const EVERYTHING: &str = "SELECT * FROM c WHERE c.pk = @pk AND c.id > @id ORDER BY c.id OFFSET 0 LIMIT @limit";

/// Some documents. Those that are asked for are few, and each is there once at most.
pub const NAMED: &str = "SELECT * FROM c \
    WHERE c.pk = @pk AND ARRAY_CONTAINS(@ids, c.id) AND c.id > @id \
      AND (NOT IS_DEFINED(c.expires_at) OR c.expires_at > @now) \
    ORDER BY c.id";

/// Which of some documents there are.
pub const PRESENT: &str = "SELECT VALUE c.id FROM c WHERE c.pk = @pk AND ARRAY_CONTAINS(@ids, c.id)";

#[cfg(test)]
mod tests {
    use azure_data_cosmos::models::CompositeIndexOrder;

    use super::*;
    use crate::store::cosmos::container;

    fn lists() -> impl Iterator<Item = &'static str> {
        ALL_OF_A_PARTITION.iter().flatten().chain(ALL_OF_EVERYBODY.iter()).flatten().map(String::as_str)
    }

    fn all() -> Vec<&'static str> {
        lists().chain([NAMED, CHANGES, EVERYTHING, PRESENT]).collect()
    }

    /// All that we ask of the service's function library; each is also evaluated by the emulator of the tests.
    const FUNCTIONS: [&str; 2] = ["IS_DEFINED", "ARRAY_CONTAINS"];
    const CLAUSES: [&str; 15] =
        ["SELECT", "VALUE", "FROM", "WHERE", "AND", "OR", "NOT", "ORDER", "BY", "ASC", "DESC", "OFFSET", "LIMIT", "IN", "*"];

    fn words(sql: &str) -> impl Iterator<Item = &str> {
        sql.split(|c: char| !c.is_ascii_alphanumeric() && !"_.@*".contains(c)).filter(|word| !word.is_empty())
    }

    /// The paths that the documents are ordered by. All ascend or all descend: an index serves its order and the exact
    /// inverse, and nothing between.
    fn order(sql: &str) -> Vec<String> {
        let Some((_, keys)) = sql.split_once("ORDER BY ") else { return Vec::new() };
        let keys = keys.split(" OFFSET").next().expect("a part").split(',');
        let keys: Vec<_> = keys.map(|key| key.trim().split_once(' ').unwrap_or((key.trim(), "ASC"))).collect();
        assert!(keys.iter().all(|(_, direction)| *direction == keys[0].1), "{sql}");
        keys.into_iter().map(|(key, _)| key.replace("c.", "/")).collect()
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
        assert_eq!(across, ALL_OF_EVERYBODY.concat());
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

    /// A page is one stretch of the index only if its bounds go with its order.
    #[test]
    fn a_page_begins_and_ends_in_the_direction_of_its_order() {
        for sql in lists() {
            let (bounds, reversed) =
                ([">= @place", "< @end", "> @place", "> @id"], ["<= @place", ">= @end", "< @place", "< @id"]);
            let bounds = if sql.contains(" DESC") { reversed } else { bounds };
            assert!(bounds.iter().all(|bound| sql.contains(&format!(" {bound}"))), "{sql}");
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
