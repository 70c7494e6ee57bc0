//! How tasks stand against what is kept of them at services.

use std::collections::HashMap;

use super::{convert, link::Link, service::Synchronisation};
use crate::{
    integrations::connections::{
        model::{ConnectionId, Direction},
        repo::Connected,
    },
    kernel::{Owner, Result},
    outbound::providers::Field,
    work::tasks::{
        elsewhere::{Elsewhere, State, States},
        model::Task,
    },
};

const FIELDS: &[Field] = &[Field::Title, Field::Notes, Field::Due, Field::Completed];

#[async_trait::async_trait]
impl Elsewhere for Synchronisation {
    async fn states(&self, owner: Owner, tasks: &[&Task]) -> Result<States> {
        let linked = |task: &&Task| {
            let id = task.id;
            task.external.iter().map(move |external| (ConnectionId::new(external.connection_id), id)).collect::<Vec<_>>()
        };
        let ids = tasks.iter().flat_map(linked).collect();
        let by_id: HashMap<_, _> = tasks.iter().map(|task| (task.id, *task)).collect();
        let (mut states, mut edited) = (States::new(), Vec::new());
        for link in self.links.of_tasks(owner, ids).await? {
            let Some(task) = by_id.get(&link.task_id) else { continue };
            let key = (link.task_id, link.connection_id.uuid());
            let waits = link.waiting.as_ref();
            if waits.is_some_and(|waiting| waiting.failed) {
                states.insert(key, State::Failed);
            } else if waits.is_some() {
                states.insert(key, State::Waiting);
            } else {
                states.insert(key, State::Synced);
                edited.extend(differs(&link, task).then_some(key));
            }
        }
        if edited.is_empty() {
            return Ok(states);
        }
        // What changed here and was not looked at yet; but for where nothing is written.
        let connected = self.ledger.fact::<Connected>(owner.id()).await?.unwrap_or_default();
        let only_read = |id| connected.0.iter().any(|known| known.id.uuid() == id && known.direction == Direction::In);
        for key in edited.into_iter().filter(|(_, id)| !only_read(*id)) {
            states.insert(key, State::Waiting);
        }
        Ok(states)
    }
}

/// Whether the task is another one than what was last seen there.
fn differs(link: &Link, task: &Task) -> bool {
    let edited = |there: &super::link::There| !there.base.dirty(&convert::fields_of(task), FIELDS, &there.read_only).is_empty();
    link.is_linked() && (task.trashed.is_some() || link.there.as_ref().is_some_and(edited))
}
