//! Histories of edits on both sides, with faults, through the functions that a synchronisation is made of.

mod history;
mod scans;
mod service;
mod worker;
mod world;

use proptest::{
    prelude::*,
    strategy::ValueTree as _,
    test_runner::{Config, TestRunner},
};

use self::{
    history::{brings_back_there, converged, go_on, history, is_at_rest, lost, play, settle},
    service::Kind,
    world::Control,
};
use crate::{
    config::Source,
    integrations::{
        connections::model::Direction,
        sync::project::{Fields, normal},
    },
    outbound::providers::item::{Field, Item},
};

pub(super) const ALL: &[Field] = &[Field::Title, Field::Notes, Field::Due, Field::Completed];

pub(super) fn item(title: &str, notes: &str) -> Item {
    Item {
        external_id: "1".into(),
        version: "1".into(),
        title: title.into(),
        notes: notes.into(),
        due: None,
        completed: false,
        completed_at: None,
        updated_at: None,
        url: None,
        key: None,
        read_only: std::collections::BTreeSet::new(),
    }
}

/// The fields that are kept equal, in the form in which they are compared; the others are empty. Projecting twice changes nothing.
pub(super) fn project(fields: &Fields, kept: &[Field]) -> Fields {
    let mut projected = Fields::default();
    for &field in kept {
        match field {
            Field::Title => projected.title = normal(&fields.title).into_owned(),
            Field::Notes => projected.notes = normal(&fields.notes).into_owned(),
            Field::Due | Field::Completed => projected.take(field, fields),
        }
    }
    projected
}

const CALDAV: Kind = Kind { conditional: true, ordered: false, stale: false };
const CAREFUL: Kind = Kind { conditional: true, ordered: true, stale: true };
const CARELESS: Kind = Kind { conditional: false, ordered: true, stale: false };
const CARELESS_AND_STALE: Kind = Kind { conditional: false, ordered: true, stale: true };
const KINDS: [Kind; 4] = [CALDAV, CAREFUL, CARELESS, CARELESS_AND_STALE];

/// The value of a field by which an edit is known, wherever it went. The service leaves out exclamation marks.
fn value(field: Field, fields: &Fields) -> Option<String> {
    match field {
        Field::Title => Some(normal(&fields.title).trim_end_matches('!').to_owned()),
        Field::Notes => Some(fields.notes.lines().next()?.to_owned()),
        Field::Due => fields.due.map(|due| due.on.to_string()),
        Field::Completed => None,
    }
    .filter(|value| !value.is_empty())
    .map(|value| format!("{field:?} {value}"))
}

/// How many histories are tried: as many as usual, or as `PROPTEST_CASES` says.
fn cases(usual: u32) -> u32 {
    Source::from_environment().get("PROPTEST_CASES").and_then(|cases| cases.parse().ok()).unwrap_or(usual)
}

#[test]
fn both_sides_become_equal_and_nothing_is_lost_untold() {
    let config = Config { cases: cases(500), failure_persistence: None, max_shrink_iters: 4_000, ..Config::default() };
    let hints = prop::collection::vec(any::<u8>(), 1..12);
    let orders = prop::collection::vec(any::<prop::sample::Index>(), 6);
    TestRunner::new(config)
        .run(&(history(), hints, orders), |(steps, hints, orders)| {
            for kind in KINDS {
                let fail = |why: String| TestCaseError::fail(format!("{kind:?}: {why}"));
                let mut world = play(&steps, kind, Control::None);
                let mut other = world.clone();

                settle(&mut world, &[]).map_err(fail)?;
                prop_assert!(world.service.writes.values().all(|writes| *writes <= 2), "{:?}", world.service.writes);
                converged(&world).map_err(fail)?;
                let mut lost = lost(&world);
                lost.retain(|value| !world.service.unprotected.contains(value));
                prop_assert!(lost.is_empty(), "{kind:?} lost {lost:?}");
                prop_assert!(!kind.conditional || world.service.unprotected.is_empty());

                // PT4: hints in another order, some of them twice.
                let ids = other.service.ids();
                let order: Vec<_> = orders.iter().filter(|_| !ids.is_empty()).map(|index| index.get(&ids).clone()).collect();
                settle(&mut other, &order).map_err(fail)?;
                let fields = |world: &world::World| {
                    let alive: Vec<_> = world.service.alive().map(|(id, row)| (id.clone(), row.fields.clone())).collect();
                    alive
                };
                if !brings_back_there(&steps) {
                    prop_assert_eq!(fields(&world), fields(&other));
                }
                is_at_rest(&mut world, &hints).map_err(fail)?;
            }
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error}"));
}

/// Inwards nothing is written there, outwards nothing is taken, and both become equal once edits go both ways.
#[test]
fn a_direction_is_kept_to_and_both_sides_become_equal_after_it() {
    let config = Config { cases: cases(60), failure_persistence: None, max_shrink_iters: 4_000, ..Config::default() };
    TestRunner::new(config)
        .run(&(history(), history()), |(before, after)| {
            for (kind, direction) in KINDS.into_iter().flat_map(|kind| [(kind, Direction::In), (kind, Direction::Out)]) {
                let fail = |why: String| TestCaseError::fail(format!("{kind:?} {direction:?}: {why}"));
                let mut world = play(&before, kind, Control::None);
                settle(&mut world, &[]).map_err(fail)?;
                let (seen, replaced) = (world.seen.clone(), world.overwritten.clone());
                world.direction = direction;
                world.service.writes.clear();
                go_on(&mut world, &after);
                if direction == Direction::In {
                    prop_assert!(world.service.writes.is_empty(), "{kind:?}: {:?}", world.service.writes);
                } else {
                    prop_assert_eq!(&world.overwritten, &replaced);
                    let new = || world.seen.difference(&seen);
                    prop_assert!(new().all(|value| value.contains(" here") || value.starts_with("Due")));
                }
                settle(&mut world, &[]).map_err(fail)?;
                world.direction = Direction::Both;
                world.kept.values_mut().for_each(|kept| kept.waiting = true);
                settle(&mut world, &[]).map_err(fail)?;
                converged(&world).map_err(fail)?;
                let mut lost = lost(&world);
                lost.retain(|value| !world.service.unprotected.contains(value));
                prop_assert!(lost.is_empty(), "{kind:?} {direction:?} lost {lost:?}");
            }
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error}"));
}

/// In how many of so many histories an edit is lost without a word.
fn lossy(histories: usize, kind: Kind, control: Control) -> usize {
    let mut runner = TestRunner::deterministic();
    let strategy = history();
    let loses = |_: &usize| {
        let steps = strategy.new_tree(&mut runner).expect("a history").current();
        let mut world = play(&steps, kind, control);
        // Where a rule is missing both sides may never agree.
        let _ = settle(&mut world, &[]);
        !lost(&world).is_empty()
    };
    (0..histories).filter(loses).count()
}

/// Each rule is needed, and these histories tell when it is missing.
#[test]
fn without_a_rule_edits_are_lost() {
    for control in [
        Control::BaseIsMerged,
        Control::LastWriterWins,
        Control::ConflictsUntold,
        Control::CommitsUnchecked,
        Control::PushesUnconditional,
    ] {
        let lossy = [CALDAV, CAREFUL].map(|kind| lossy(300, kind, control));
        assert!(lossy.iter().all(|lossy| *lossy > 0), "{control:?}: {lossy:?}");
    }
}

/// A service that cannot be given a condition loses what is edited between our look and our write; only that.
#[test]
fn without_conditions_there_few_edits_are_lost() {
    for kind in [CARELESS, CARELESS_AND_STALE] {
        let lossy = lossy(500, kind, Control::None);
        assert!((1..50).contains(&lossy), "{kind:?}: {lossy}");
    }
}
