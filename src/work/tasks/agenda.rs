//! Where a task stands in the lists, and which stretch of which list a question needs. Pure.
//!
//! One list, the agenda, answers most questions with one stretch: first the completed tasks by the date on which they were, then
//! the open ones by the earlier of their two dates, then the open ones without a date, then the trash. What was completed from
//! some date on and what is open up to some date therefore lie next to each other, whatever the length of the history.

use chrono::{Datelike as _, Days, NaiveDate};

use super::{
    filter::{Dates, Present, TaskFilter, View},
    model::Task,
};

/// How far back filters look that name no dates.
const SEARCHED: Days = Days::new(400);

/// Beyond the number of any date.
const OPEN: i64 = 10_000_000;
const UNDATED: i64 = 2 * OPEN;
/// Beyond these, and with the microseconds of an instant still a number that a double holds.
const TRASH: i64 = 4_000_000_000_000_000;

/// A list of tasks besides that by creation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    Agenda,
    Due,
    Planned,
}

/// A stretch of a list: the first place in it and the first after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    pub list: List,
    pub from: i64,
    pub until: i64,
}

fn place(date: NaiveDate) -> i64 {
    date.num_days_from_ce().into()
}

impl Task {
    /// Its places in the lists: by creation, then in the order of `List`; a task in the trash is in the agenda alone.
    pub fn list_places(&self) -> [Option<i64>; 4] {
        if let Some(trashed) = self.trashed {
            return [None, Some(TRASH.saturating_add(trashed.at.micros())), None, None];
        }
        let (due, planned) = (self.due.map(|due| due.on), self.planned.map(|planned| planned.on));
        let agenda = match (self.completion, due.into_iter().chain(planned).min()) {
            (Some(completion), _) => place(completion.date),
            (None, Some(date)) => OPEN + place(date),
            (None, None) => UNDATED,
        };
        [Some(self.created_at.micros()), Some(agenda), due.map(place), planned.map(place)]
    }
}

/// The tasks that are open, and those that were completed on the date or later.
pub fn completed_since_or_open(date: NaiveDate) -> Stretch {
    Stretch { list: List::Agenda, from: place(date), until: UNDATED + 1 }
}

/// What may have been left undone at the end of a date: the tasks that are open and have a date by the one after it, on which the
/// clock on the wall may be by then, and those that were completed on it or later.
pub fn left_at_end_of(date: NaiveDate) -> Stretch {
    Stretch { list: List::Agenda, from: place(date), until: OPEN + place(date) + 2 }
}

/// The open tasks that have a date no later than this one.
pub fn open_by(date: NaiveDate) -> Stretch {
    Stretch { list: List::Agenda, from: OPEN, until: OPEN + place(date) + 1 }
}

impl TaskFilter {
    /// The one stretch that holds all tasks which the filter lets through.
    pub fn stretch(&self, present: Present) -> Stretch {
        if self.trashed {
            return Stretch { list: List::Agenda, from: TRASH, until: i64::MAX };
        }
        if let Some(view) = self.view {
            let (from, until) = match view {
                View::Today => (place(present.today), OPEN + place(present.today) + 1),
                View::Yesterday => (place(present.yesterday()), OPEN + place(present.yesterday()) + 1),
                View::Week => (place(present.week), OPEN + place(present.week_end()) + 1),
                // Where days begin late, the date on the clock on the wall, which the time of day is of, is one further.
                View::Overdue => (OPEN, OPEN + place(present.today) + 2),
                View::Upcoming => (OPEN, UNDATED),
                View::Inbox => (UNDATED, UNDATED + 1),
            };
            return self.completed_or_not(from, until);
        }
        if self.due.is_given() {
            return within(List::Due, self.due);
        }
        if self.planned.is_given() {
            return within(List::Planned, self.planned);
        }
        if self.completed_on.is_given() {
            let stretch = within(List::Agenda, self.completed_on);
            return self.completed_or_not(stretch.from, stretch.until.min(OPEN));
        }
        self.completed_or_not(present.today.checked_sub_days(SEARCHED).map_or(0, place), UNDATED + 1)
    }

    /// What of a stretch of the agenda is completed, or open, or both: as the filter has it.
    fn completed_or_not(&self, from: i64, until: i64) -> Stretch {
        let (from, until) = match self.completed {
            None => (from, until),
            Some(true) => (from, until.min(OPEN)),
            Some(false) => (from.max(OPEN), until),
        };
        Stretch { list: List::Agenda, from, until }
    }
}

fn within(list: List, dates: Dates) -> Stretch {
    Stretch { list, from: dates.from.map_or(0, place), until: dates.to.map_or(OPEN, |to| place(to) + 1) }
}
