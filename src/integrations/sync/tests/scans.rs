//! PT8: whatever part of a listing is read, nothing is deleted that is there, and never very much.

use std::collections::BTreeSet;

use proptest::prelude::*;

use crate::{
    integrations::sync::brake::{Absence, absence, brakes},
    outbound::providers::Scan,
};

#[derive(Debug, Clone)]
struct Listing {
    /// Of each linked item whether it is there.
    there: Vec<bool>,
    scan: Scan,
    page: usize,
    /// So many pages are read, and then no more.
    read: usize,
    /// Items that slip from a page that is still to be read into one that was.
    slipped: BTreeSet<usize>,
}

fn listing() -> impl Strategy<Value = Listing> {
    // From hardly any to nearly all of them.
    let there = (0..80_usize, 0..=100_u32)
        .prop_flat_map(|(count, share)| prop::collection::vec(prop::bool::weighted(f64::from(share) / 100.0), count));
    let scan = prop::sample::select(vec![Scan::Everything, Scan::Open, Scan::Changes]);
    let slipped = prop::collection::btree_set(0..80_usize, 0..3);
    (there, scan, 1..90_usize, 0..10_usize, slipped).prop_map(|(there, scan, page, read, slipped)| Listing {
        there,
        scan,
        page,
        read,
        slipped,
    })
}

/// What a run deletes here by that listing; `None` where it stops.
fn deleted(listing: &Listing) -> Option<Vec<usize>> {
    let alive: Vec<_> = (0..listing.there.len()).filter(|index| listing.there[*index]).collect();
    let pages: Vec<_> = if alive.is_empty() { vec![&[][..]] } else { alive.chunks(listing.page).collect() };
    let read = listing.read.min(pages.len());
    let seen = |index: &usize| {
        let page = pages[..read].iter().position(|page| page.contains(index));
        page.is_some_and(|page| page == 0 || !listing.slipped.contains(index))
    };
    let whole = read == pages.len();
    let absent = absence(listing.scan, read, whole);
    let is_gone = |index: &usize| match absent {
        // What is elsewhere is let go of, and not deleted.
        Absence::Nothing | Absence::Moved => false,
        Absence::Unclear => !listing.there[*index],
        Absence::Gone => true,
    };
    let gone: Vec<_> = (0..listing.there.len()).filter(|index| !seen(index)).filter(is_gone).collect();
    let empty = whole && listing.scan == Scan::Everything && alive.is_empty();
    (!brakes(gone.len(), listing.there.len(), empty)).then_some(gone)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_part_of_a_listing_deletes_what_is_there_and_no_listing_deletes_much(listing in listing()) {
        let Some(deleted) = deleted(&listing) else { return Ok(()) };
        prop_assert!(deleted.iter().all(|index| !listing.there[*index]), "{deleted:?}");
        prop_assert!(deleted.len() <= 10 || deleted.len() * 10 <= listing.there.len() * 3, "{deleted:?}");
        let pages = listing.there.iter().filter(|there| **there).count().div_ceil(listing.page);
        prop_assert!(deleted.is_empty() || (listing.read >= pages.max(1) && listing.scan != Scan::Changes));
    }
}

#[test]
fn what_is_gone_is_deleted_by_a_whole_listing_and_forty_of_fifty_are_not() {
    let listing = |gone: usize, read| {
        let there = (0..50).map(|index| index >= gone).collect();
        deleted(&Listing { there, scan: Scan::Everything, page: 20, read, slipped: BTreeSet::from([45]) })
    };
    assert_eq!(listing(3, 3), Some(vec![0, 1, 2]));
    assert_eq!(listing(3, 2), Some(vec![]));
    assert_eq!(listing(40, 3), None);
    assert_eq!(listing(50, 1), None);
}
