//! Tasks as items, and items as tasks. Pure.

use std::time::Duration;

use super::{merge::Times, project::Fields};
use crate::{
    kernel::{Error, FromText, Result, Timestamp},
    outbound::providers::{Due, Edit, Field, Item},
    work::tasks::model::{self as tasks, Action, NewTask, Notes, Tags, Task, TaskPatch, Title},
};

/// How long ago something may have been completed that is taken in.
const COMPLETED_BEFORE: Duration = Duration::from_hours(31 * 24);

/// What of a task is kept equal.
pub fn fields_of(task: &Task) -> Fields {
    let notes = task.notes.as_ref().map_or("", AsRef::as_ref).to_owned();
    let due = task.due.map(|due| Due { on: due.on, time: due.time });
    Fields { title: task.title.as_str().to_owned(), notes, due, completed: task.completion.is_some() }
}

/// When it was changed here. What nobody noted was changed no later than the task.
pub fn times_of(task: &Task) -> Times {
    let known = task.updated_at.unwrap_or(task.created_at);
    let (changed, linked) = (task.changed, !task.external.is_empty());
    let at = |noted: Option<Timestamp>| noted.or((!linked).then_some(known));
    Times { title: at(changed.title), notes: at(changed.notes), due: at(changed.due), completed: at(changed.completed) }
}

/// An item as a task can have it.
pub fn ours(item: &Item) -> Fields {
    Fields::of_item(item, Title::MAX, Notes::MAX)
}

/// When an item was completed, as far as that can be: not later than now, nor longer ago than a person could say.
pub fn completed_at(item: &Item, now: Timestamp) -> Timestamp {
    let said = item.completed_at.or(item.updated_at).unwrap_or(now);
    said.min(now).max(now.minus(COMPLETED_BEFORE))
}

/// What makes of the task what it is to be in the fields named. `tag`: for a new one. Errors: `InvalidField` for what `ours` has not
/// cleaned.
pub fn changes(fields: &Fields, named: &[Field]) -> Result<tasks::Fields> {
    let mut changes = tasks::Fields::default();
    for field in named {
        match field {
            Field::Title => changes.title = Some(read("title", &fields.title)?),
            Field::Notes => changes.notes = Some(read("notes", &fields.notes)?),
            Field::Due => {
                changes.due_on = Some(fields.due.map(|due| due.on));
                changes.due_time = Some(fields.due.and_then(|due| due.time));
            }
            Field::Completed => {}
        }
    }
    Ok(changes)
}

/// As [`changes`], with completing or reopening it. `at`: when it was completed.
pub fn patch(fields: &Fields, named: &[Field], at: Timestamp) -> Result<TaskPatch> {
    let action = named.contains(&Field::Completed).then_some(if fields.completed { Action::Complete } else { Action::Reopen });
    let completed_at = (action == Some(Action::Complete)).then_some(at);
    Ok(TaskPatch { action, completed_at, complete_subtasks: false, fields: changes(fields, named)? })
}

/// A task for an item that there was none for.
pub fn new_task(fields: &Fields, tags: Tags) -> Result<NewTask> {
    let changes = changes(fields, &[Field::Title, Field::Notes, Field::Due])?;
    let title = changes.title.clone().ok_or_else(|| Error::internal("a new task without a title"))?;
    Ok(NewTask { title, client_id: None, fields: tasks::Fields { title: None, tags: Some(tags), ..changes } })
}

/// What is to be written there.
pub fn edit(fields: &Fields, named: &[Field], task: &Task) -> Edit {
    let has = |field| named.contains(&field);
    Edit {
        title: has(Field::Title).then(|| fields.title.clone()),
        notes: has(Field::Notes).then(|| fields.notes.clone()),
        due: has(Field::Due).then_some(fields.due),
        completed: has(Field::Completed).then(|| task.completion.map(|completion| completion.at)),
    }
}

fn read<T: FromText>(field: &str, text: &str) -> Result<T> {
    T::from_text(text).map_err(|rule| rule.of_field(field))
}

#[cfg(test)]
mod tests {
    use super::{super::tests::item, *};

    #[test]
    fn what_comes_in_can_be_kept_here() {
        let long = "é".repeat(600);
        for title in ["Milk", "  Milk\u{0}\r\n", "", "\u{200b}", &long] {
            let fields = ours(&item(title, "a\r\nb\u{7}"));
            let new = new_task(&fields, Tags::default()).expect("a task");
            assert_eq!((new.title.as_str(), fields.notes.as_str()), (fields.title.as_str(), "a\nb"));
        }
    }

    #[test]
    fn something_was_completed_no_later_than_now_and_no_longer_ago_than_a_person_could_say() {
        let now = Timestamp::from_micros(1_768_384_800_000_000);
        let completed = |at| completed_at(&Item { completed_at: at, ..item("a", "") }, now);
        assert_eq!(completed(None), now);
        assert_eq!(completed(Some(now.plus(Duration::from_secs(1)))), now);
        assert_eq!(completed(Some(now.minus(Duration::from_hours(24)))), now.minus(Duration::from_hours(24)));
        assert_eq!(completed(Some(now.minus(Duration::from_hours(24 * 400)))), now.minus(COMPLETED_BEFORE));
    }
}
