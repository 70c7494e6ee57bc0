//! What is done about tasks when it is asked for: adding, completing, listing.

use chrono::NaiveDate;

use super::{
    acts::did,
    model::{Command, Did, Op},
    repo::{Acted, Kept, Reversal, What},
    service::DialogueService,
    spoken::{Spoken, Turn, due_in_words},
};
use crate::{
    interaction::grammar::{
        matching::hits,
        model::{Due, Priority, Slots, View},
    },
    kernel::{Bounded, Code, FromText as _, Limit, Page, PageRequest, Precondition, Result, Versioned},
    ledger::Decision,
    texts::Arg,
    work::tasks::{
        filter::{self, TaskFilter},
        model as tasks,
        model::{Action, Fields, NewTask, Tag, Tags, Task, TaskId, TaskPatch, Title},
        operations::Operation,
    },
};

pub(super) const TASKS: &str = "tasks";
/// The most tasks that one can choose from.
const CHOICE: usize = 5;
/// The most tasks that one answer lists.
const LISTED: usize = 10;
/// The most open tasks that are looked through for one.
const LOOKED_THROUGH: usize = 2000;

impl DialogueService {
    pub(super) async fn add_task(&self, turn: &Turn<'_>, slots: &Slots) -> Result<Acted> {
        let Some(title) = &slots.title else { return Ok((turn.say("dialogue_what_task", &[]), None)) };
        let new = NewTask { title: Title::parse(title)?, client_id: None, fields: fields(slots)? };
        let made = self.tasks.create(turn.ctx, turn.owner, &new, turn.key.as_ref()).await?.task.value;
        let title = ("title", Arg::Text(made.title.as_str()));
        let spoken = match slots.due {
            None => turn.say("dialogue_task_added", &[title]),
            Some(due) => turn.say("dialogue_task_added_for", &[title, ("due", Arg::Text(&due_in_words(turn, due)))]),
        };
        Ok((did(spoken, TASKS, made.id.uuid(), Op::Create), Some(Reversal::DeleteTask(Box::new(made)))))
    }

    /// Which task is meant, or what there is to say where that is not one.
    pub(super) async fn meant(&self, turn: &Turn<'_>, command: &Command) -> Result<std::result::Result<Task, Spoken>> {
        if let Some(id) = command.task {
            return Ok(self.open_task(turn, id).await?.ok_or_else(|| turn.say("dialogue_task_gone", &[])));
        }
        let Some(title) = &command.slots.title else { return Ok(Err(turn.say("dialogue_which_task", &[]))) };
        if let Ok(number) = title.parse::<usize>()
            && !command.slots.quoted
        {
            let listed = self.listed(turn).await?;
            let Some(id) = number.checked_sub(1).and_then(|at| listed.get(at)) else {
                return Ok(Err(turn.say("dialogue_which_list", &[("number", Arg::Text(title))])));
            };
            return Ok(self.open_task(turn, *id).await?.ok_or_else(|| turn.say("dialogue_task_gone", &[])));
        }
        let Some(mut open) = self.open_tasks(turn).await? else { return Ok(Err(too_many_open(turn))) };
        let titles: Vec<&str> = open.iter().map(|task| task.title.as_str()).collect();
        let found = hits(title, &titles);
        Ok(match found.len() {
            0 => Err(turn.say("dialogue_no_task", &[("title", Arg::Text(title))])),
            1 => Ok(open.swap_remove(found[0])),
            2..=CHOICE => {
                let found: Vec<&Task> = found.into_iter().map(|at| &open[at]).collect();
                let listed = found.iter().map(|task| task.id).collect();
                let spoken = turn.say("dialogue_several_tasks", &[("tasks", Arg::Text(&numbered(&found)))]);
                Err(Spoken { listed, ..spoken })
            }
            many => Err(turn.say("dialogue_too_many_tasks", &[("count", Arg::Number(many as u64))])),
        })
    }

    pub(super) async fn complete_task(&self, turn: &Turn<'_>, task: &Task) -> Result<Acted> {
        let patch = TaskPatch { action: Some(Action::Complete), ..TaskPatch::default() };
        let done = self.tasks.apply(turn.ctx, turn.owner, &Operation::Update(task.id, patch, Precondition::None)).await?;
        let mut spoken = did(
            turn.say("dialogue_task_done", &[("title", Arg::Text(task.title.as_str()))]),
            TASKS,
            task.id.uuid(),
            Op::Complete,
        );
        let Some(Versioned { value: done, .. }) = done.task else { return Ok((spoken, None)) };
        // To complete a task that comes again is one thing, and confirmed no more than on the page, though the next one is made by it.
        let next = done.next_id.filter(|next| task.next_id != Some(*next));
        spoken.did.extend(next.map(|next| Did::new(TASKS, next.uuid(), Op::Create)));
        Ok((spoken, Some(Reversal::ReopenTask { done: Box::new(done), next })))
    }

    pub(super) async fn list_tasks(&self, turn: &Turn<'_>, slots: &Slots) -> Result<Spoken> {
        let date = match slots.due {
            Some(Due::On(date)) => Some(date),
            Some(Due::At(at)) => Some(at.date()),
            None => None,
        };
        let (found, more) = match date {
            Some(date) => {
                let Some(found) = self.of_date(turn, date).await? else { return Ok(too_many_open(turn)) };
                (found, false)
            }
            None => self.of_view(turn, slots.view.unwrap_or(View::Today)).await?,
        };
        let shown: Vec<&Task> = found.iter().take(LISTED).collect();
        if shown.is_empty() {
            return Ok(turn.say("dialogue_no_tasks", &[]));
        }
        let listed = shown.iter().map(|task| task.id).collect();
        let key = if more || found.len() > shown.len() { "dialogue_first_tasks" } else { "dialogue_tasks" };
        let args = [("count", Arg::Number(shown.len() as u64)), ("tasks", Arg::Text(&numbered(&shown)))];
        Ok(Spoken { listed, ..turn.say(key, &args) })
    }

    /// The first that an answer lists, and whether there are more.
    async fn of_view(&self, turn: &Turn<'_>, view: View) -> Result<(Vec<Task>, bool)> {
        let named = match view {
            View::Today => filter::View::Today,
            View::Yesterday => filter::View::Yesterday,
            View::Week => filter::View::Week,
            View::Overdue => filter::View::Overdue,
            View::Upcoming => filter::View::Upcoming,
            View::Inbox => filter::View::Inbox,
        };
        // Of yesterday what was done is of interest too.
        let completed = (view != View::Yesterday).then_some(false);
        let filter = TaskFilter { view: Some(named), completed, ..TaskFilter::default() };
        let limit = u32::try_from(LISTED).ok().and_then(Limit::new).unwrap_or(Limit::MAX);
        let Page { items, next } = self.tasks.select(turn.ctx, turn.owner, &filter, PageRequest::first(limit)).await?;
        Ok((items.into_iter().map(|shown| shown.task).collect(), next.is_some()))
    }

    /// As [`Self::open_tasks`], of a date.
    async fn of_date(&self, turn: &Turn<'_>, date: NaiveDate) -> Result<Option<Vec<Task>>> {
        let is_of =
            |task: &Task| task.due.is_some_and(|due| due.on == date) || task.planned.is_some_and(|planned| planned.on == date);
        Ok(self.open_tasks(turn).await?.map(|open| open.into_iter().filter(is_of).collect()))
    }

    /// All that are open; `None` where they are more than are looked through.
    async fn open_tasks(&self, turn: &Turn<'_>) -> Result<Option<Vec<Task>>> {
        let filter = TaskFilter { completed: Some(false), ..TaskFilter::default() };
        let mut found = Vec::new();
        let mut page = PageRequest::first(Limit::MAX);
        loop {
            let Page { items, next } = self.tasks.select(turn.ctx, turn.owner, &filter, page).await?;
            found.extend(items.into_iter().map(|shown| shown.task));
            let Some(after) = next else { return Ok(Some(found)) };
            if found.len() >= LOOKED_THROUGH {
                return Ok(None);
            }
            page = PageRequest { limit: Limit::MAX, after: Some(after) };
        }
    }

    /// The task, if it is still there and open.
    async fn open_task(&self, turn: &Turn<'_>, id: TaskId) -> Result<Option<Task>> {
        match self.tasks.get(turn.ctx, turn.owner, id).await {
            Ok(read) => Ok(Some(read.value.task).filter(Task::is_open)),
            Err(error) if error.code() == Code::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The tasks that were listed last.
    async fn listed(&self, turn: &Turn<'_>) -> Result<Vec<TaskId>> {
        self.ledger
            .run(turn.owner, |change| {
                Box::pin(async move {
                    let read = Kept::find(change, Kept::LISTED).await?;
                    Ok(Decision::Keep(match read.map(|read| read.value.what) {
                        Some(What::Listed { tasks }) => tasks,
                        _ => Vec::new(),
                    }))
                })
            })
            .await
    }
}

fn too_many_open(turn: &Turn<'_>) -> Spoken {
    turn.say("dialogue_too_many_open", &[("count", Arg::Number(LOOKED_THROUGH as u64))])
}

fn numbered(tasks: &[&Task]) -> String {
    let lines: Vec<String> = tasks.iter().enumerate().map(|(at, task)| format!("{}. {}", at + 1, task.title.as_str())).collect();
    lines.join("; ")
}

/// Errors: `InvalidField`.
fn fields(slots: &Slots) -> Result<Fields> {
    let mut tags = Tags::default();
    for tag in &slots.tags {
        tags.add(Tag::from_text(tag).map_err(|rule| rule.of_field("tags"))?);
    }
    let (due_on, due_time) = match slots.due {
        None => (None, None),
        Some(Due::On(date)) => (Some(Some(date)), None),
        Some(Due::At(at)) => (Some(Some(at.date())), Some(Some(at.time()))),
    };
    let priority = slots.priority.map(|priority| match priority {
        Priority::Low => tasks::Priority::Low,
        Priority::Medium => tasks::Priority::Medium,
        Priority::High => tasks::Priority::High,
        Priority::Urgent => tasks::Priority::Urgent,
    });
    let estimate_minutes = slots.estimate_minutes.map(Bounded::new).filter(Option::is_some);
    Ok(Fields { priority, tags: Some(tags), due_on, due_time, estimate_minutes, ..Fields::default() })
}
