//! What keeping tasks equal works with.

use std::{
    collections::{HashMap, HashSet},
    ops::AddAssign,
    sync::Arc,
};

use super::{asked::Asked, existence::Capabilities, link::Link, progress::ProgressRepo, repo::LinkRepo};
use crate::{
    domain::Shared,
    integrations::{
        connections::{
            model::{Connection, Direction},
            run::RunId,
            settings::Service,
        },
        credentials::vault::Vault,
        opener::Opener,
    },
    jobs::queue::Queue,
    kernel::{Clock, IdSource, Owner},
    ledger::Ledger,
    outbound::providers::Provider,
    store::Stored,
    work::{
        tasks::{
            model::{External, Tags, Task},
            repo::TaskRepo,
        },
        work_sessions::repo::WorkSessionRepo,
    },
};

/// Keeps tasks equal to what services have.
#[derive(Clone)]
pub struct Synchronisation {
    pub(super) ledger: Ledger,
    pub(super) links: LinkRepo,
    pub(super) tasks: TaskRepo,
    pub(super) sessions: WorkSessionRepo,
    pub(super) vault: Vault,
    pub(super) opener: Arc<dyn Opener>,
    pub(super) queue: Arc<dyn Queue>,
    pub(super) progress: ProgressRepo,
    pub(super) asked: Arc<Asked>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) ids: Arc<dyn IdSource>,
}

impl Synchronisation {
    pub fn new(shared: &Shared, vault: Vault, opener: Arc<dyn Opener>) -> Self {
        let store = || Arc::clone(&shared.store);
        Self {
            ledger: shared.ledger.clone(),
            links: LinkRepo::new(store()),
            tasks: TaskRepo::new(store()),
            sessions: WorkSessionRepo::new(store()),
            vault,
            opener,
            queue: Arc::clone(&shared.queue),
            progress: ProgressRepo::new(store(), Arc::clone(&shared.ids)),
            asked: Arc::default(),
            clock: Arc::clone(&shared.clock),
            ids: Arc::clone(&shared.ids),
        }
    }
}

/// One connection while it is dealt with.
pub(super) struct Side<'a> {
    pub owner: Owner,
    pub connection: &'a Connection,
    pub provider: &'a dyn Provider,
    /// The run under way.
    pub run: RunId,
    /// Of tasks that come in.
    pub tags: Tags,
    /// Whether what is missing there is made again, as the person said.
    pub recreates: bool,
}

/// The links that are there before a page is taken in.
pub(super) enum Known {
    /// All, by what they stand for; what was written since they were read is asked for.
    All { links: HashMap<String, Stored<Link>>, written: HashSet<String> },
    /// Each is asked for.
    AskedFor,
}

/// How many items were dealt with, and how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Told {
    pub seen: usize,
    pub created: usize,
    pub updated: usize,
    pub deleted: usize,
    pub pushed: usize,
    pub conflicts: usize,
    pub failed: usize,
}

impl Told {
    pub const NONE: Self = Self { seen: 0, created: 0, updated: 0, deleted: 0, pushed: 0, conflicts: 0, failed: 0 };
}

impl AddAssign for Told {
    fn add_assign(&mut self, other: Self) {
        self.seen += other.seen;
        self.created += other.created;
        self.updated += other.updated;
        self.deleted += other.deleted;
        self.pushed += other.pushed;
        self.conflicts += other.conflicts;
        self.failed += other.failed;
    }
}

impl Side<'_> {
    pub fn direction(&self) -> Direction {
        self.connection.direction
    }

    /// Whether what is there may be taken.
    pub fn takes(&self) -> bool {
        self.direction() != Direction::Out
    }

    /// Whether anything may be written there.
    pub fn writes(&self) -> bool {
        self.direction() != Direction::In
    }

    /// What can be done there besides changing items.
    pub fn can(&self) -> Capabilities {
        let nowhere = matches!(self.connection.settings.service, Service::Github { new_in: None, .. });
        Capabilities { create: !nowhere, delete: true }
    }

    /// Whether the task is kept there.
    pub fn is_linked(&self, task: &Task) -> bool {
        task.external.iter().any(|external| external.connection_id == self.connection.id.uuid())
    }

    /// Where the task is kept, once it is linked so, or no longer linked here.
    pub fn external_of(&self, task: &Task, link: Option<&Link>) -> Vec<External> {
        let id = self.connection.id.uuid();
        let others = task.external.iter().filter(|external| external.connection_id != id).cloned();
        let here = link.and_then(|link| link.there.as_ref()).map(|there| External {
            connection_id: id,
            provider: self.connection.provider().name().to_owned(),
            url: there.url.clone(),
        });
        others.chain(here).collect()
    }
}
