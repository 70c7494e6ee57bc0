//! The first tasks of an answer in its order, picked out of more as these pass by. Pure.

use std::collections::BTreeMap;

use super::{filter::SortKey, model::Task};
use crate::kernel::{Limit, Page};

/// The most that the tasks of a page come to, in bytes, unless its only one is larger.
const MAX_BYTES: usize = 1024 * 1024;

/// Keeps as many tasks as a page holds, however many pass by.
pub struct Selection {
    limit: usize,
    /// The key of the last task of the page before.
    after: Option<SortKey>,
    kept: BTreeMap<SortKey, (Task, usize)>,
    bytes: usize,
    /// The first that has no room: neither has anything beyond it.
    beyond: Option<SortKey>,
}

impl Selection {
    pub fn new(limit: Limit, after: Option<SortKey>) -> Self {
        Self { limit: limit.get(), after, kept: BTreeMap::new(), bytes: 0, beyond: None }
    }

    /// Takes a task of so many bytes if it belongs to the page so far.
    pub fn offer(&mut self, key: SortKey, task: Task, bytes: usize) {
        if self.after.as_ref().is_some_and(|after| key <= *after) || self.beyond.as_ref().is_some_and(|beyond| key > *beyond) {
            return;
        }
        self.bytes += bytes;
        self.kept.insert(key, (task, bytes));
        while self.kept.len() > self.limit || (self.bytes > MAX_BYTES && self.kept.len() > 1) {
            let Some((key, (_, bytes))) = self.kept.pop_last() else { return };
            self.bytes -= bytes;
            self.beyond = Some(key);
        }
    }

    /// The page, and where it ends when there is more. Errors: when the key cannot be written.
    pub fn page(self) -> serde_json::Result<Page<Task>> {
        let last = self.kept.last_key_value().filter(|_| self.beyond.is_some());
        let next = last.map(|(key, _)| serde_json::to_string(key)).transpose()?;
        Ok(Page { items: self.kept.into_values().map(|(task, _)| task).collect(), next })
    }
}
