//! When a run is to stop before it deletes anything, and what may be taken for gone at all. Pure.

use crate::outbound::providers::Scan;

/// Up to so many items may be gone at once, whatever share they are.
const FEW: usize = 10;
/// In hundredths of all linked items.
const SHARE: usize = 30;
/// From so many links on is an empty listing not believed.
const SOME: usize = 3;

/// Whether a run is to stop before it deletes anything, and its owner to be asked. `gone` are linked items that are gone or moved
/// in this run, `of` all that are linked and were there before it; the listing is one of everything, not of changes.
pub fn brakes(gone: usize, of: usize, complete_listing_is_empty: bool) -> bool {
    let many = gone > FEW && gone.saturating_mul(100) > of.saturating_mul(SHARE);
    many || (complete_listing_is_empty && of >= SOME)
}

/// What it means for a linked item that pages which were read have nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absence {
    /// Nothing: it did not change, or is in a page that was not read.
    Nothing,
    /// It may be gone, and is asked for by itself.
    Unclear,
    Gone,
    /// It is where nobody looks any more, since the settings name something else.
    Moved,
}

/// Of `pages` that were read from the beginning; `whole` when the last of them had none after it. What was linked after the first
/// was asked for is not to be judged by it.
///
/// A service that pages by position can leave an item out when others move meanwhile, so that a listing of several pages is not
/// enough to call anything gone.
pub fn absence(scan: Scan, pages: usize, whole: bool) -> Absence {
    match scan {
        Scan::Everything if whole && pages == 1 => Absence::Gone,
        Scan::Everything | Scan::Open if whole => Absence::Unclear,
        _ => Absence::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brakes_when_more_than_ten_and_more_than_thirty_in_a_hundred_are_gone() {
        assert!(!brakes(10, 10, false));
        assert!(brakes(11, 11, false));
        assert!(brakes(11, 36, false));
        assert!(!brakes(12, 40, false));
        assert!(brakes(13, 40, false));
        assert!(brakes(40, 50, false));
        assert!(!brakes(300, 1_000, false));
        assert!(brakes(301, 1_000, false));
    }

    #[test]
    fn an_empty_listing_is_not_believed_where_something_was_linked() {
        assert!(!brakes(2, 2, true));
        assert!(brakes(3, 3, true));
        assert!(!brakes(3, 3, false));
    }

    #[test]
    fn only_a_listing_of_everything_in_one_answer_says_what_is_gone() {
        assert_eq!(absence(Scan::Everything, 1, true), Absence::Gone);
        assert_eq!(absence(Scan::Everything, 2, true), Absence::Unclear);
        assert_eq!(absence(Scan::Everything, 1, false), Absence::Nothing);
        assert_eq!(absence(Scan::Open, 1, true), Absence::Unclear);
        assert_eq!(absence(Scan::Open, 3, false), Absence::Nothing);
        assert_eq!(absence(Scan::Changes, 1, true), Absence::Nothing);
    }
}
