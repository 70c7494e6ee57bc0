//! The statements that read lists: one for each place, with a facet or without, in both orders, and one index for both orders.

use crate::store::{
    Order, Scope,
    page::List,
    query::PLACES,
};

// A row value is compared as a whole, so that a page begins with one seek, whichever the order. What the index requires of
// its documents is said in so many words, or SQLite would not use it.
macro_rules! list {
    ($place:literal, $index:literal, $facet:literal, up) => {
        list!($place, $index, $facet, ">", "<", "")
    };
    ($place:literal, $index:literal, $facet:literal, down) => {
        list!($place, $index, $facet, "<", ">=", " DESC")
    };
    ($place:literal, $index:literal, $facet:literal, $beyond:literal, $end:literal, $direction:literal) => {
        concat!(
            "SELECT pk, kind, id, op, seq, deleted_at, body, ", $place, " FROM documents INDEXED BY ", $index,
            " WHERE pk = :pk AND kind = :kind", $facet, " AND ", $place, " IS NOT NULL",
            " AND (", $place, ", id) ", $beyond, " (:place, :id) AND ", $place, " ", $end, " :end",
            " AND (expires_at IS NULL OR expires_at > :now)",
            " ORDER BY ", $place, $direction, ", id", $direction, " LIMIT :limit"
        )
    };
}
macro_rules! faceted {
    ($place:literal, $index:literal, $order:ident) => {
        list!($place, $index, " AND facet = :facet AND facet IS NOT NULL", $order)
    };
}
macro_rules! everybody {
    ($beyond:literal, $end:literal, $direction:literal) => {
        concat!(
            "SELECT pk, kind, id, op, seq, deleted_at, body, place0 FROM documents INDEXED BY documents_of_everybody",
            " WHERE kind = :kind AND place0 IS NOT NULL",
            " AND (place0, id, pk) ", $beyond, " (:place, :id, :pk) AND place0 ", $end, " :end",
            " AND (:facet IS NULL OR facet = :facet) AND (expires_at IS NULL OR expires_at > :now)",
            " ORDER BY place0", $direction, ", id", $direction, ", pk", $direction, " LIMIT :limit"
        )
    };
}

/// By place, without a facet and with one, ascending and descending.
const OF_A_PARTITION: [[[&str; 2]; 2]; PLACES] = [
    [
        [list!("place0", "documents_listed", "", up), list!("place0", "documents_listed", "", down)],
        [faceted!("place0", "documents_faceted", up), faceted!("place0", "documents_faceted", down)],
    ],
    [
        [list!("place1", "documents_listed1", "", up), list!("place1", "documents_listed1", "", down)],
        [faceted!("place1", "documents_faceted1", up), faceted!("place1", "documents_faceted1", down)],
    ],
    [
        [list!("place2", "documents_listed2", "", up), list!("place2", "documents_listed2", "", down)],
        [faceted!("place2", "documents_faceted2", up), faceted!("place2", "documents_faceted2", down)],
    ],
    [
        [list!("place3", "documents_listed3", "", up), list!("place3", "documents_listed3", "", down)],
        [faceted!("place3", "documents_faceted3", up), faceted!("place3", "documents_faceted3", down)],
    ],
];
/// Few documents of everybody are looked for by their facet, and for administrators: they are picked out of the order, so
/// that no write pays for another index.
const OF_EVERYBODY: [&str; 2] = [everybody!(">", "<", ""), everybody!("<", ">=", " DESC")];

pub fn statement(list: &List<'_>) -> &'static str {
    let order = match list.order {
        Order::Ascending => 0,
        Order::Descending => 1,
    };
    match list.scope {
        Scope::Partition(_, place) => OF_A_PARTITION[place.index()][usize::from(list.facet.is_some())][order],
        Scope::Everybody | Scope::Range(_) => OF_EVERYBODY[order],
    }
}

/// Every statement, with the part of the query plan that says what of which index is sought.
#[cfg(test)]
pub fn all_with_their_plans() -> Vec<(&'static str, String)> {
    let mut all = Vec::new();
    for (place, statements) in OF_A_PARTITION.iter().enumerate() {
        let suffix = if place == 0 { String::new() } else { place.to_string() };
        for (facet, statements) in [("", statements[0]), (" AND facet=?", statements[1])] {
            let index = if facet.is_empty() { "listed" } else { "faceted" };
            for (sql, bounds) in statements.into_iter().zip(["(place,id)>(?,?) AND place<?", "place>? AND (place,id)<(?,?)"]) {
                let bounds = bounds.replace("place", &format!("place{place}"));
                all.push((sql, format!("documents_{index}{suffix} (pk=? AND kind=?{facet} AND {bounds})")));
            }
        }
    }
    for (sql, bounds) in OF_EVERYBODY.into_iter().zip(["(place0,id,pk)>(?,?,?) AND place0<?", "place0>? AND (place0,id,pk)<(?,?,?)"]) {
        all.push((sql, format!("documents_of_everybody (kind=? AND {bounds})")));
    }
    all
}
