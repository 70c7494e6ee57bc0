//! What became of the tasks of some dates, in figures: of all, of each tag and of each priority. Pure.

use std::collections::BTreeMap;

use super::{
    agenda::{self, Stretch},
    model::{Priority, Task},
    words,
};
use crate::{
    kernel::UserId,
    work::{days::model::DateRange, median::median},
};

/// Ratios are kept in ten-thousandths.
const RATIO: u32 = 10_000;

/// The figures of some tasks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures {
    /// Created within the dates, and existing.
    pub created: u64,
    /// Completed within the dates.
    pub completed: u64,
    /// Due within the dates, and open beyond that, or completed on a later date.
    pub overdue: u64,
    /// Last carried over to one of the dates.
    pub carried_over: u64,
    /// Of those that were completed within the dates: their estimates.
    pub estimated_minutes: u64,
    /// Of the same tasks: the time spent on them.
    pub spent_seconds: u64,
    /// Of the same tasks, where both are known: the time spent by the estimate, in ten-thousandths.
    ratios: Vec<u32>,
}

impl Figures {
    /// The median of the time spent by the estimate; `None` where no task has both.
    pub fn median_ratio(&self) -> Option<f64> {
        median(self.ratios.iter().copied()).map(|ratio| f64::from(ratio) / f64::from(RATIO))
    }

    fn add(&mut self, one: &Self) {
        self.created += one.created;
        self.completed += one.completed;
        self.overdue += one.overdue;
        self.carried_over += one.carried_over;
        self.estimated_minutes += one.estimated_minutes;
        self.spent_seconds += one.spent_seconds;
        self.ratios.extend_from_slice(&one.ratios);
    }

    fn is_nothing(&self) -> bool {
        self.created + self.completed + self.overdue + self.carried_over == 0
    }
}

/// The figures of a user's tasks for some dates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    pub user_id: UserId,
    pub range: DateRange,
    pub all: Figures,
    /// By tag regardless of case, each as it was first met.
    pub tags: BTreeMap<String, (String, Figures)>,
    pub priorities: BTreeMap<Priority, Figures>,
}

impl Report {
    pub fn new(user_id: UserId, range: DateRange) -> Self {
        Self { user_id, range, all: Figures::default(), tags: BTreeMap::new(), priorities: BTreeMap::new() }
    }

    /// What holds all tasks that have a part in it: those that are open, and those that were completed since its first date.
    pub fn stretch(&self) -> Stretch {
        agenda::completed_since_or_open(self.range.from)
    }

    /// Counts a task. `overdue`: whether it is open beyond the instant at which it was due.
    pub fn count(&mut self, task: &Task, overdue: bool) {
        let figures = self.figures(task, overdue);
        if figures.is_nothing() {
            return;
        }
        self.all.add(&figures);
        self.priorities.entry(task.priority).or_default().add(&figures);
        for tag in task.tags.iter() {
            let (_, sum) =
                self.tags.entry(words::folded(tag.as_str())).or_insert_with(|| (tag.as_str().to_owned(), Figures::default()));
            sum.add(&figures);
        }
    }

    fn figures(&self, task: &Task, overdue: bool) -> Figures {
        let within = |date| self.range.from <= date && date <= self.range.to;
        let due = task.due.map(|due| due.on).filter(|on| within(*on));
        let late = |on| overdue || task.completion.is_some_and(|completion| completion.date > on);
        let mut figures = Figures {
            created: task.created_on.is_some_and(within).into(),
            overdue: due.is_some_and(late).into(),
            carried_over: task.carried.is_some_and(|carried| within(carried.to)).into(),
            ..Figures::default()
        };
        if task.completion.is_some_and(|completion| within(completion.date)) {
            let estimate = task.estimate_minutes.map(|minutes| u64::from(minutes.get()));
            figures.completed = 1;
            figures.estimated_minutes = estimate.unwrap_or(0);
            figures.spent_seconds = task.spent.seconds();
            let both = estimate.filter(|_| figures.spent_seconds > 0);
            figures
                .ratios
                .extend(both.and_then(|minutes| u32::try_from(figures.spent_seconds * u64::from(RATIO) / (minutes * 60)).ok()));
        }
        figures
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use uuid::Uuid;

    use super::*;
    use crate::{
        kernel::{Id, Timestamp},
        work::tasks::model::{Completion, Due, Estimate, Title},
    };

    fn date(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 1, day).expect("a date")
    }

    fn task(created: u32, completed: Option<u32>, due: Option<u32>, estimate: Option<u32>, spent: u64) -> Task {
        let (id, user, title) = (Id::new(Uuid::nil()), UserId::new(Uuid::nil()), Title::parse("a").expect("a title"));
        let at = Timestamp::from_micros(0);
        let mut task = Task::new(id, user, title, at, Some(date(created)));
        task.completion = completed.map(|day| Completion { at, date: date(day) });
        task.due = due.map(|day| Due { on: date(day), time: None });
        task.estimate_minutes = estimate.and_then(Estimate::new);
        task.spent = task.spent.plus(date(created), spent);
        task
    }

    #[test]
    fn each_task_counts_for_what_happened_within_the_dates() {
        let mut report = Report::new(UserId::new(Uuid::nil()), DateRange { from: date(10), to: date(20) });
        for (task, overdue) in [
            (task(1, Some(10), Some(9), Some(30), 3600), false),
            (task(10, Some(20), Some(19), Some(60), 1800), false),
            (task(20, None, Some(20), None, 900), true),
            (task(21, Some(21), None, Some(1), 1), false),
            (task(5, None, None, None, 0), false),
        ] {
            report.count(&task, overdue);
        }
        let all = &report.all;
        assert_eq!((all.created, all.completed, all.overdue, all.carried_over), (2, 2, 2, 0));
        assert_eq!((all.estimated_minutes, all.spent_seconds), (90, 5400));
        assert_eq!(all.median_ratio(), Some(1.25), "halfway between 2 and a half");
        assert_eq!((report.tags.len(), report.priorities.len()), (0, 1));
    }
}
