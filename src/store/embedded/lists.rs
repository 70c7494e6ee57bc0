//! The statements that read lists: for each place, without a facet and with one, in both orders, which share an index.

use std::{array::from_fn, sync::LazyLock};

use crate::store::{Order, Place, Scope, page::List, query::PLACES};

// A row value is compared as a whole, so that a page begins with one seek in either order. What an index requires of its
// documents is said in so many words, or SQLite would not use it.
const OF_A_PARTITION: &str = "
    SELECT pk, kind, id, op, seq, deleted_at, body, {place} FROM documents INDEXED BY {index}
    WHERE pk = :pk AND kind = :kind{facet} AND {place} IS NOT NULL AND ({place}, id) {after} (:place, :id) AND {place} {before} :end
      AND (expires_at IS NULL OR expires_at > :now)
    ORDER BY {place} {direction}, id {direction} LIMIT :limit";
const WITH_A_FACET: &str = " AND facet = :facet AND facet IS NOT NULL";
// Administrators alone look for a facet among everybody's, and nobody does in the list whose places tell it: there it is
// picked out of the order, so that no write pays for another index.
const OF_EVERYBODY: &str = "
    SELECT pk, kind, id, op, seq, deleted_at, body, place0 FROM documents INDEXED BY documents_of_everybody
    WHERE kind = :kind AND place0 IS NOT NULL AND (place0, id, pk) {after} (:place, :id, :pk) AND place0 {before} :end
      AND (:facet IS NULL OR facet = :facet) AND (expires_at IS NULL OR expires_at > :now)
    ORDER BY place0 {direction}, id {direction}, pk {direction} LIMIT :limit";

/// By place, whether there is a facet, and order.
static ALL_OF_A_PARTITION: LazyLock<[[[String; 2]; 2]; PLACES]> = LazyLock::new(|| {
    from_fn(|place| from_fn(|facet| [Order::Ascending, Order::Descending].map(|order| of_a_partition(place, facet == 1, order))))
});
static ALL_OF_EVERYBODY: LazyLock<[String; 2]> =
    LazyLock::new(|| [Order::Ascending, Order::Descending].map(|order| in_order(OF_EVERYBODY, order)));

pub fn statement(list: &List<'_>) -> &'static str {
    match list.scope {
        Scope::Partition(_, place) => &ALL_OF_A_PARTITION[place.index()][usize::from(list.facet.is_some())][list.order as usize],
        Scope::Everybody | Scope::Range(_) => &ALL_OF_EVERYBODY[list.order as usize],
    }
}

fn of_a_partition(place: usize, facet: bool, order: Order) -> String {
    in_order(OF_A_PARTITION, order)
        .replace("{index}", &index(place, facet))
        .replace("{facet}", if facet { WITH_A_FACET } else { "" })
        .replace("{place}", &format!("place{place}"))
}

/// Those of the first place are named as when there was no other.
fn index(place: usize, facet: bool) -> String {
    let name = if facet && place != Place::SECOND.index() { "documents_faceted" } else { "documents_listed" };
    if place == 0 { name.to_owned() } else { format!("{name}{place}") }
}

fn in_order(template: &str, order: Order) -> String {
    let (after, before, direction) = match order {
        Order::Ascending => (">", "<", "ASC"),
        Order::Descending => ("<", ">=", "DESC"),
    };
    template.replace("{after}", after).replace("{before}", before).replace("{direction}", direction)
}

/// Every statement, with the part of the query plan that says what is sought in which index.
#[cfg(test)]
pub fn all_with_their_plans() -> Vec<(&'static str, String)> {
    let mut all = Vec::new();
    for (place, statements) in ALL_OF_A_PARTITION.iter().enumerate() {
        for (facet, [ascending, descending]) in [(false, &statements[0]), (true, &statements[1])] {
            let index = index(place, facet);
            let facet = if index.starts_with("documents_faceted") { " AND facet=?" } else { "" };
            let plan = |bounds: String| format!("{index} (pk=? AND kind=?{facet} AND {bounds})");
            all.push((ascending.as_str(), plan(format!("(place{place},id)>(?,?) AND place{place}<?"))));
            all.push((descending.as_str(), plan(format!("place{place}>? AND (place{place},id)<(?,?)"))));
        }
    }
    let [ascending, descending] = &*ALL_OF_EVERYBODY;
    let plan = |bounds| format!("documents_of_everybody (kind=? AND {bounds})");
    all.push((ascending, plan("(place0,id,pk)>(?,?,?) AND place0<?")));
    all.push((descending, plan("place0>? AND (place0,id,pk)<(?,?,?)")));
    all
}
