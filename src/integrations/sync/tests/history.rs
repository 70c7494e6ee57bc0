//! Random histories, and what is to hold after each.

use std::collections::BTreeSet;

use proptest::prelude::*;
use uuid::Uuid;

use super::{
    ALL, project,
    service::Kind,
    world::{Act, Control, Fault, World},
};

#[derive(Debug, Clone)]
pub enum Step {
    Here(u8, Act),
    There(u8, Act),
    AddHere,
    AddThere,
    Wait(u8),
    /// A hint, which may be late, early, or come twice.
    Pull(u8, Vec<Fault>),
    Push(u8, Vec<Fault>),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        5 => Just(Act::Title),
        1 => Just(Act::OddTitle),
        3 => Just(Act::Notes),
        2 => Just(Act::Due),
        2 => Just(Act::Complete),
        1 => Just(Act::Delete),
        1 => Just(Act::Restore),
        1 => prop_oneof![3 => Just(Act::Restore), 1 => Just(Act::Purge)],
    ]
}

fn fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        6 => Just(Fault::None),
        1 => Just(Fault::Crash),
        2 => Just(Fault::Lost),
        2 => Just(Fault::Stale),
        3 => (any::<u8>(), act()).prop_map(|(which, act)| Fault::Here(which, act)),
        3 => (any::<u8>(), act()).prop_map(|(which, act)| Fault::There(which, act)),
        1 => any::<u8>().prop_map(Fault::Pull),
        1 => any::<u8>().prop_map(Fault::Push),
        1 => (0..40_u8).prop_map(Fault::Wait),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let faults = || prop::collection::vec(fault(), 0..8);
    prop_oneof![
        5 => (any::<u8>(), act()).prop_map(|(which, act)| Step::Here(which, act)),
        5 => (any::<u8>(), act()).prop_map(|(which, act)| Step::There(which, act)),
        1 => Just(Step::AddHere),
        1 => Just(Step::AddThere),
        2 => (0..60_u8).prop_map(Step::Wait),
        7 => (any::<u8>(), faults()).prop_map(|(which, faults)| Step::Pull(which, faults)),
        7 => (any::<u8>(), faults()).prop_map(|(which, faults)| Step::Push(which, faults)),
    ]
}

/// Whether somebody brings an item back there. When its task has been made there again by then, there are two of them, and which of
/// the two the task goes on with follows from which is looked at first.
pub fn brings_back_there(steps: &[Step]) -> bool {
    let in_faults = |faults: &[Fault]| faults.iter().any(|fault| matches!(fault, Fault::There(_, Act::Restore)));
    steps.iter().any(|step| match step {
        Step::There(_, act) => *act == Act::Restore,
        Step::Pull(_, faults) | Step::Push(_, faults) => in_faults(faults),
        Step::Here(..) | Step::AddHere | Step::AddThere | Step::Wait(_) => false,
    })
}

/// One task at the least, so that edits meet.
pub fn history() -> impl Strategy<Value = Vec<Step>> {
    let first = prop_oneof![Just(Step::AddHere), Just(Step::AddThere)];
    (first, prop::collection::vec(step(), 5..30)).prop_map(|(first, steps)| [vec![first], steps].concat())
}

/// Plays a history, and leaves the world in the middle of whatever it was at.
pub fn play(steps: &[Step], kind: Kind, control: Control) -> World {
    let mut world = World::new(kind, control);
    go_on(&mut world, steps);
    world
}

pub fn go_on(world: &mut World, steps: &[Step]) {
    for step in steps {
        world.wait(3);
        match step {
            Step::Here(which, act) => world.edit_here(*which, *act),
            Step::There(which, act) => world.edit_there(*which, *act),
            // Few enough for edits to meet.
            Step::AddHere if world.kept.len() < 3 => world.add_here(),
            Step::AddThere if world.service.ids().len() < 3 => world.add_there(),
            Step::AddHere | Step::AddThere => {}
            Step::Wait(tenths) => world.wait(*tenths),
            Step::Pull(which, faults) => {
                world.faults = faults.iter().copied().collect();
                world.pull_nth(*which);
            }
            Step::Push(which, faults) => {
                world.faults = faults.iter().copied().collect();
                world.push_nth(*which);
            }
        }
    }
    world.faults.clear();
}

/// Everything is looked at and everything that waits is written, in this order of hints, until nothing changes.
pub fn settle(world: &mut World, order: &[String]) -> Result<(), String> {
    world.service.writes.clear();
    for _ in 0..6 {
        let before = state(world);
        for id in order.iter().cloned().chain(world.service.ids()) {
            let _ = world.pull(&id);
        }
        let ids: Vec<_> = world.kept.keys().copied().collect();
        for id in ids {
            let _ = world.push(id);
        }
        if state(world) == before {
            return Ok(());
        }
    }
    Err("it does not come to rest".into())
}

/// What there is on both sides, without the numbers of commits.
pub fn state(world: &World) -> String {
    let kept: Vec<_> = world.kept.iter().map(|(id, kept)| (id, &kept.task, &kept.link, kept.waiting)).collect();
    format!("{kept:?} {:?} {:?}", world.service, world.conflicts)
}

/// PT1 and PT5: both sides are equal, and each task has one item and each item one task.
pub fn converged(world: &World) -> Result<(), String> {
    let mut linked = BTreeSet::new();
    for (id, kept) in &world.kept {
        let Some(task) = kept.task.as_ref().filter(|task| !task.trashed) else { continue };
        let link = kept.link.as_ref().filter(|link| link.gone.is_none()).ok_or(format!("{id} is not linked"))?;
        let row = world.service.row(&link.external_id).filter(|row| row.alive).ok_or(format!("{id} has no item"))?;
        let mut ours = project(&task.fields, ALL);
        ours.title = ours.title.trim_end_matches('!').to_owned();
        if ours != project(&row.fields, ALL) {
            return Err(format!("{ours:?} here and {:?} there", row.fields));
        }
        if kept.waiting || !ALL.iter().all(|field| link.base.is(*field, &row.fields)) {
            return Err(format!("{id} waits for {row:?}: {kept:?}"));
        }
        linked.insert(link.external_id.clone());
    }
    let alive: BTreeSet<_> = world.service.alive().map(|(id, _)| id.clone()).collect();
    if alive == linked { Ok(()) } else { Err(format!("there {alive:?}, linked {linked:?}")) }
}

/// PT2: the values that a synchronisation replaced on one side, that the other side never saw, and that nobody is told of.
pub fn lost(world: &World) -> BTreeSet<String> {
    let (here, there) = (&world.overwritten, &world.service.overwritten);
    let ours = here.iter().filter(|value| !world.service.seen.contains(*value));
    let theirs = there.iter().filter(|value| !world.seen.contains(*value));
    ours.chain(theirs).filter(|value| !world.conflicts.contains(*value)).cloned().collect()
}

/// PT3 and PT6: no number of hints changes anything or writes anything.
pub fn is_at_rest(world: &mut World, hints: &[u8]) -> Result<(), String> {
    world.service.writes.clear();
    let before = state(world);
    for which in hints {
        world.wait(20);
        world.pull_nth(*which);
        world.push_nth(*which);
        let all: Vec<Uuid> = world.kept.keys().copied().collect();
        for id in all {
            let _ = world.push(id);
        }
    }
    if state(world) == before { Ok(()) } else { Err(format!("{before}\nbecame\n{}", state(world))) }
}
