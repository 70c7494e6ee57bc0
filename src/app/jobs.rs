//! The jobs that there are: those that every domain's work goes through, and those that domains have of their own.

use std::sync::Arc;

use super::Adapters;
use crate::{
    jobs::{Consumer, DeadLetters, Dispatcher, DoDue, DueWork, FindDue, Follower, Leases, Registry},
    ledger::Ledger,
};

/// What a function folder says, built in: the program and the folders are held equal by `avanochi check`.
macro_rules! function_json {
    ($folder:literal) => {
        include_str!(concat!("../../", $folder, "/function.json"))
    };
}

/// Everything that is done without a request.
pub fn assemble(
    adapters: &Adapters,
    ledger: &Ledger,
    work: Vec<Arc<dyn DueWork>>,
    consumers: Vec<Box<dyn Consumer>>,
    contributed: Registry,
) -> Dispatcher {
    let Adapters { store, clock, ids, queue, .. } = adapters;
    let dead_letters = DeadLetters::new(Arc::clone(store), Arc::clone(ids));
    let follower = Follower::new(consumers, dead_letters.clone());
    let find_due = FindDue {
        ledger: ledger.clone(),
        leases: Leases::new(Arc::clone(store), Arc::clone(ids)),
        queue: Arc::clone(queue),
        clock: Arc::clone(clock),
    };
    let do_due = DoDue { ledger: ledger.clone(), queue: Arc::clone(queue), work, dead_letters: dead_letters.clone() };
    let mut registry = Registry::default()
        .with(follower.clone(), function_json!("changes"))
        .with(find_due, function_json!("tick"))
        .with(do_due, function_json!("jobs"))
        .with_poison_of::<DoDue>("jobs_poison", dead_letters.clone(), function_json!("jobs_poison"));
    registry.extend(contributed);
    Dispatcher { registry, follower, dead_letters, clock: Arc::clone(clock), ids: Arc::clone(ids) }
}
