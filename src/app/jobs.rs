//! The jobs and the consumers that there are: the one place where they are named.

use std::sync::Arc;

use super::Adapters;
use crate::{
    jobs::{Consumer, DeadLetters, Dispatcher, Follower, Leases, Registry},
    work::{
        habits::service::HabitsService,
        work_sessions::{
            jobs::{Poisoned, Review, Sweep},
            service::WorkSessionService,
        },
    },
};

/// What a function folder says, built in: the program and the folders are held equal by `avanochi check`.
macro_rules! function_json {
    ($folder:literal) => {
        include_str!(concat!("../../", $folder, "/function.json"))
    };
}

/// What the jobs work with.
pub struct Services {
    pub work_sessions: WorkSessionService,
    pub habits: HabitsService,
}

/// All jobs and all consumers.
pub fn assemble(adapters: &Adapters, services: Services) -> Dispatcher {
    let Services { work_sessions, habits } = services;
    let Adapters { store, clock, ids, queue, .. } = adapters;
    let dead_letters = DeadLetters::new(Arc::clone(store), Arc::clone(ids));

    let consumers: Vec<Box<dyn Consumer>> = vec![Box::new(habits.clone())];
    let follower = Follower::new(consumers, dead_letters.clone());

    let leases = Leases::new(Arc::clone(store), Arc::clone(ids));
    let (queue, timer) = (Arc::clone(queue), Arc::clone(clock));
    let sweep = Sweep { sessions: work_sessions.clone(), leases, queue, clock: timer };
    let registry = Registry::default()
        .with(follower.clone(), function_json!("changes"))
        .with(sweep, function_json!("work_sessions_sweep"))
        .with(Review { sessions: work_sessions, habits }, function_json!("work_sessions_due"))
        .with(Poisoned(dead_letters.clone()), function_json!("work_sessions_due_poison"));
    Dispatcher { registry, follower, dead_letters, clock: Arc::clone(clock), ids: Arc::clone(ids) }
}
