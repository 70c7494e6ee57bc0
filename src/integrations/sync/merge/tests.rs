//! The worked examples of the rules, and what a direction changes.

use super::*;
use crate::integrations::sync::tests::ALL;

const WRITABLE: &BTreeSet<Field> = &BTreeSet::new();

fn titled(title: &str) -> Fields {
    Fields { title: title.into(), notes: "n".into(), ..Fields::default() }
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds * 1_000_000)
}

/// A merge of titles, edited here and there at those seconds.
struct Case<'a> {
    base: Option<&'a Base>,
    here: (&'a str, i64),
    there: (&'a str, i64),
    direction: Direction,
}

impl Case<'_> {
    fn merged(&self) -> Merged {
        let (here, there) = (titled(self.here.0), titled(self.there.0));
        let times = Times { title: Some(at(self.here.1)), ..Times::default() };
        let there = Theirs { fields: &there, updated_at: Some(at(self.there.1)), read_only: WRITABLE };
        merge(self.base, Ours { fields: &here, times: &times }, there, self.direction, ALL)
    }
}

fn both<'a>(base: &'a Base, here: (&'a str, i64), there: (&'a str, i64)) -> Case<'a> {
    Case { base: Some(base), here, there, direction: Direction::Both }
}

/// The title, whether it is to be pushed, and the title that was lost.
fn outcome(merged: &Merged) -> (&str, bool, Option<(Side, &str)>) {
    let lost = merged.lost.first().map(|lost| (lost.side, lost.value.title.as_str()));
    (&merged.fields.title, merged.push == [Field::Title], lost)
}

#[test]
fn edits_of_one_side_go_to_the_other() {
    let a = Base::of(&titled("A"), ALL);
    let theirs = both(&a, ("A", 0), ("B", 100)).merged();
    assert_eq!(outcome(&theirs), ("B", false, None));
    assert_eq!((theirs.took, theirs.base), (vec![Field::Title], Base::of(&titled("B"), ALL)));
    let ours = both(&a, ("B", 0), ("A", 100)).merged();
    assert_eq!(outcome(&ours), ("B", true, None));
    assert_eq!(ours.base, a);
}

#[test]
fn disjoint_edits_both_live() {
    let base = Base::of(&Fields { notes: "x".into(), ..titled("A") }, ALL);
    let (here, there) = (Fields { notes: "x".into(), ..titled("B") }, Fields { notes: "y".into(), ..titled("A") });
    let there = Theirs { fields: &there, updated_at: None, read_only: WRITABLE };
    let merged = merge(Some(&base), Ours { fields: &here, times: &Times::default() }, there, Direction::Both, ALL);
    assert_eq!(merged.fields, Fields { notes: "y".into(), ..titled("B") });
    assert_eq!((merged.push, merged.took, merged.lost), (vec![Field::Title], vec![Field::Notes], vec![]));
}

#[test]
fn the_later_edit_stays_and_the_other_is_told() {
    let a = Base::of(&titled("A"), ALL);
    let theirs = both(&a, ("B", 0), ("C", 300)).merged();
    assert_eq!(outcome(&theirs), ("C", false, Some((Side::Local, "B"))));
    assert_eq!((theirs.lost[0].at, theirs.lost[0].kept_at), (Some(at(0)), Some(at(300))));
    assert_eq!(theirs.lost[0].value.notes, "");
    let ours = both(&a, ("B", 360), ("C", 300)).merged();
    assert_eq!(outcome(&ours), ("B", true, Some((Side::Remote, "C"))));
    assert_eq!((ours.lost[0].at, ours.lost[0].kept_at), (Some(at(300)), Some(at(360))));
    // The echo of the push that follows is nothing new.
    let echo = both(&ours.base, ("B", 360), ("B", 361)).merged();
    assert_eq!((outcome(&echo), &echo.base), (("B", false, None), &Base::of(&titled("B"), ALL)));
}

#[test]
fn of_simultaneous_edits_theirs_stays_and_so_it_does_where_a_time_is_missing() {
    let a = Base::of(&titled("A"), ALL);
    assert_eq!(outcome(&both(&a, ("B", 12), ("C", 10)).merged()).0, "C");
    assert_eq!(outcome(&both(&a, ("B", 13), ("C", 10)).merged()).0, "B");
    let (here, there) = (titled("B"), titled("C"));
    let times = Times { title: Some(at(9_999)), ..Times::default() };
    for (times, updated_at) in [(times, None), (Times::default(), Some(at(0)))] {
        let there = Theirs { fields: &there, updated_at, read_only: WRITABLE };
        let merged = merge(Some(&a), Ours { fields: &here, times: &times }, there, Direction::Both, ALL);
        assert_eq!(outcome(&merged), ("C", false, Some((Side::Local, "B"))));
    }
}

/// Only an item that is adopted can differ in it and have no base: of two values one is always what was seen.
#[test]
fn what_is_done_stays_done_when_both_are_simultaneous() {
    let completed = |completed, seconds| (Fields { completed, ..titled("A") }, at(seconds));
    for (here, there, stays) in [
        (completed(true, 10), completed(false, 12), true),
        (completed(true, 10), completed(false, 13), false),
        (completed(false, 12), completed(true, 10), true),
        (completed(false, 13), completed(true, 10), false),
    ] {
        let times = Times { completed: Some(here.1), ..Times::default() };
        let there = Theirs { fields: &there.0, updated_at: Some(there.1), read_only: WRITABLE };
        let merged = merge(None, Ours { fields: &here.0, times: &times }, there, Direction::Both, ALL);
        assert_eq!(merged.fields.completed, stays, "{here:?} {there:?}");
        assert_eq!(merged.lost.len(), 1);
    }
}

#[test]
fn a_push_whose_answer_was_lost_is_recognised() {
    let a = Base::of(&titled("A"), ALL);
    let merged = both(&a, ("B", 0), ("B", 1)).merged();
    assert_eq!((outcome(&merged), &merged.base), (("B", false, None), &Base::of(&titled("B"), ALL)));
}

/// An item that the service wrote in its own way is not an edit of ours: what is edited there later does not collide with it.
#[test]
fn what_the_service_made_of_our_value_gives_way_to_an_edit_there() {
    let pushed = Base::of(&titled("A"), ALL).with_pushed(&[Field::Title], &titled("B!"), &titled("B"));
    let again = both(&pushed, ("B!", 0), ("B", 1)).merged();
    assert_eq!((outcome(&again), &again.base), (("B!", false, None), &pushed));
    let edited = both(&pushed, ("B!", 0), ("C", 1)).merged();
    assert_eq!(outcome(&edited), ("C", false, None));
    // It was given up for theirs: to have it again is an edit.
    assert_eq!(edited.base.dirty(&titled("B!"), ALL, WRITABLE), [Field::Title]);
}

#[test]
fn an_adopted_item_is_the_base_where_it_agrees_and_a_conflict_elsewhere() {
    let case = |here, there| Case { base: None, here, there, direction: Direction::Both }.merged();
    assert_eq!(outcome(&case(("A", 0), ("A", 9))), ("A", false, None));
    assert_eq!(outcome(&case(("B", 0), ("C", 9))), ("C", false, Some((Side::Local, "B"))));
    assert_eq!(outcome(&case(("B", 9), ("C", 0))), ("B", true, Some((Side::Remote, "C"))));
}

#[test]
fn what_cannot_be_written_stays_here_and_is_not_pushed() {
    let a = Base::of(&titled("A"), ALL);
    let (here, there) = (Fields { completed: true, ..titled("B") }, titled("A"));
    let read_only = BTreeSet::from([Field::Completed]);
    let there = Theirs { fields: &there, updated_at: None, read_only: &read_only };
    let merged = merge(Some(&a), Ours { fields: &here, times: &Times::default() }, there, Direction::Both, ALL);
    assert!(merged.fields.completed);
    assert_eq!(merged.push, [Field::Title]);
}

#[test]
fn a_field_that_the_service_does_not_have_is_left_alone() {
    let kept = &[Field::Title];
    let (here, there) = (Fields { notes: "ours".into(), ..titled("A") }, titled("B"));
    let there = Theirs { fields: &there, updated_at: None, read_only: WRITABLE };
    let base = Base::of(&titled("A"), kept);
    let merged = merge(Some(&base), Ours { fields: &here, times: &Times::default() }, there, Direction::Both, kept);
    assert_eq!(merged.fields, Fields { notes: "ours".into(), ..titled("B") });
    assert_eq!((merged.push, merged.lost), (vec![], vec![]));
}

#[test]
fn inwards_edits_here_stay_are_not_written_and_go_there_once_they_may() {
    let a = Base::of(&titled("A"), ALL);
    let inwards = |base, here, there| Case { base: Some(base), here, there, direction: Direction::In }.merged();
    let kept = inwards(&a, ("B", 0), ("A", 1));
    assert_eq!(outcome(&kept), ("B", false, None));
    assert_eq!(outcome(&inwards(&kept.base, ("B", 0), ("C", 9))), ("C", false, Some((Side::Local, "B"))));
    let won = inwards(&kept.base, ("B", 9), ("C", 0));
    assert_eq!(outcome(&won), ("B", false, Some((Side::Remote, "C"))));
    assert_eq!(outcome(&both(&won.base, ("B", 9), ("C", 0)).merged()), ("B", true, None));
}

#[test]
fn outwards_theirs_stays_unless_it_is_edited_here_and_comes_in_once_it_may() {
    let a = Base::of(&titled("A"), ALL);
    let outwards = |base, here, there| Case { base: Some(base), here, there, direction: Direction::Out }.merged();
    let left = outwards(&a, ("A", 0), ("B", 1));
    assert_eq!(outcome(&left), ("A", false, None));
    assert!(left.base.is_behind(ALL));
    assert_eq!(outcome(&both(&left.base, ("A", 0), ("B", 1)).merged()), ("B", false, None));

    // An edit here is not written over theirs before a merge has told of it.
    assert_eq!(left.base.dirty(&titled("C"), ALL, WRITABLE), []);
    let ours = outwards(&left.base, ("C", 0), ("B", 1));
    assert_eq!(outcome(&ours), ("C", true, Some((Side::Remote, "B"))));
    assert!(!ours.base.is_behind(ALL));
    // Changed back there: nothing was passed over.
    assert_eq!(outwards(&left.base, ("A", 0), ("A", 2)).base, a);
}

#[test]
fn a_deletion_that_goes_over_an_edit_tells_of_it() {
    let there = Fields { completed: true, ..titled("B") };
    let there = Theirs { fields: &there, updated_at: Some(at(5)), read_only: WRITABLE };
    let lost = overruled_by_deletion(&Base::of(&titled("A"), ALL), there, Some(at(9)), ALL);
    let told: Vec<_> = lost.iter().map(|lost| (lost.field, lost.side, lost.at, lost.kept_at)).collect();
    let remote = |field| (field, Side::Remote, Some(at(5)), Some(at(9)));
    assert_eq!(told, [remote(Field::Title), remote(Field::Completed)]);
}

#[test]
fn an_older_version_is_a_stale_one_where_versions_grow() {
    let known = Known { version: "5", ordered: true, gone: None };
    assert_eq!(["4", "5", "6"].map(|seen| freshness(known, seen)), [Freshness::Stale, Freshness::Same, Freshness::New]);
    let deleted = Known { gone: Some(Side::Local), ..known };
    assert_eq!(["5", "6"].map(|seen| freshness(deleted, seen)), [Freshness::Stale, Freshness::New]);
    let missed = Known { gone: Some(Side::Remote), ..known };
    assert_eq!(["4", "5"].map(|seen| freshness(missed, seen)), [Freshness::Stale, Freshness::New]);
}

#[test]
fn where_versions_do_not_grow_any_other_one_is_new() {
    let known = Known { version: "5", ordered: false, gone: None };
    assert_eq!(["4", "5"].map(|seen| freshness(known, seen)), [Freshness::New, Freshness::Same]);
    let deleted = Known { gone: Some(Side::Local), ..known };
    assert_eq!(freshness(deleted, "5"), Freshness::New);
}
