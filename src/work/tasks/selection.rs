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

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::{
        kernel::{Id, Timestamp, UserId},
        work::tasks::{
            filter::{Present, TaskFilter},
            model::Title,
        },
    };

    fn task(number: i64) -> Task {
        let (id, user, title) = (Id::new(Uuid::nil()), UserId::new(Uuid::nil()), Title::parse("a").expect("a title"));
        Task::new(id, user, title, Timestamp::from_micros(number), None)
    }

    fn key(task: &Task) -> SortKey {
        let today = NaiveDate::default();
        TaskFilter::default().key(task, Present { today, week: today })
    }

    /// The numbers of the tasks, page by page.
    fn pages(tasks: &[(i64, usize)], limit: u32) -> Vec<Vec<i64>> {
        let (mut pages, mut after) = (Vec::new(), None);
        loop {
            let mut selection = Selection::new(Limit::new(limit).expect("a limit"), after);
            for (number, bytes) in tasks {
                let task = task(*number);
                selection.offer(key(&task), task, *bytes);
            }
            let page = selection.page().expect("a key");
            pages.push(page.items.iter().map(|task| task.created_at.micros()).collect());
            let Some(next) = page.next else { return pages };
            after = Some(serde_json::from_str(&next).expect("a key"));
        }
    }

    proptest! {
        #[test]
        fn pages_are_all_tasks_in_order_however_large_each_is(
            sizes in prop::collection::vec(prop_oneof![1..2_000_usize, 1..1_500_000_usize], 0..40), order in any::<u64>(), limit in 1..12_u32
        ) {
            let mut tasks: Vec<(i64, usize)> = (0..).zip(sizes.iter().copied()).collect();
            // Any order will do, as long as it differs from that of the numbers.
            tasks.sort_by_key(|(number, _)| (number.unsigned_abs() + 1).wrapping_mul(order | 1).rotate_left(17));
            let pages = pages(&tasks, limit);
            prop_assert_eq!(pages.concat(), (0..).take(sizes.len()).collect::<Vec<i64>>());
            for page in pages {
                let bytes: usize = page.iter().map(|number| sizes[usize::try_from(*number).expect("an index")]).sum();
                prop_assert!(page.len() <= limit as usize && (bytes <= MAX_BYTES || page.len() == 1), "{} bytes", bytes);
            }
        }
    }
}
