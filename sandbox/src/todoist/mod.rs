//! The part of Todoist's interface that has to do with tasks.

mod http;

use std::{
    collections::{BTreeMap, HashMap},
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::Router;
use chrono::{DateTime, Days, NaiveDate, Utc};
use serde_json::{Map, Value, json};

use crate::{Clock, Replica, Running, Stand, serve};

/// The token that is taken, and the project that new tasks go to.
pub const TOKEN: &str = "todoist_sandbox";
pub const INBOX: &str = "inbox";

/// A task, as far as anybody asks for it.
#[derive(Debug, Clone)]
pub struct Task {
    pub id: String,
    pub project_id: String,
    pub content: String,
    pub description: String,
    /// As it was sent: `date`, and what else there was.
    pub due: Option<Value>,
    pub checked: bool,
    pub is_deleted: bool,
    pub added_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub completed_at: Option<DateTime<Utc>>,
    /// Which change of the account was its last.
    change: u64,
}

impl Task {
    pub fn is_recurring(&self) -> bool {
        self.due.as_ref().is_some_and(|due| due["is_recurring"] == true)
    }
}

#[derive(Debug, Clone, Default)]
struct Account {
    tasks: BTreeMap<String, Task>,
    projects: BTreeMap<String, String>,
    changes: u64,
    /// Tokens of changes before this one are forgotten.
    remembered: u64,
}

#[derive(Debug, Default)]
struct Inner {
    account: Replica<Account>,
    made: u64,
    /// What became of the commands so far, and the ids that they gave, by their uuids.
    done: HashMap<String, (Value, Option<(String, String)>)>,
    /// When reading requests came, and whether each asked for everything.
    reads: Vec<(DateTime<Utc>, bool)>,
}

/// What is there. All copies share it.
#[derive(Debug, Clone)]
pub struct State {
    inner: Arc<Mutex<Inner>>,
    clock: Clock,
}

impl State {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn add_project(&self, id: &str, name: &str) {
        self.lock().account.write().projects.insert(id.to_owned(), name.to_owned());
    }

    /// The person adds a task with an app; its id.
    pub fn add(&self, project_id: &str, content: &str) -> String {
        self.lock().add(&self.clock, project_id, content)
    }

    /// The person changes a task with an app. False for one that is not there.
    pub fn edit(&self, id: &str, change: impl FnOnce(&mut Task)) -> bool {
        self.lock().edit(&self.clock, id, change)
    }

    pub fn complete(&self, id: &str) -> bool {
        let now = self.clock.now();
        self.edit(id, |task| complete(task, now))
    }

    pub fn delete(&self, id: &str) -> bool {
        self.edit(id, |task| task.is_deleted = true)
    }

    pub fn move_to(&self, id: &str, project_id: &str) -> bool {
        self.edit(id, |task| project_id.clone_into(&mut task.project_id))
    }

    /// The task as it is, unless it was deleted.
    pub fn task(&self, id: &str) -> Option<Task> {
        self.lock().account.now().tasks.get(id).filter(|task| !task.is_deleted).cloned()
    }

    /// All that are not deleted.
    pub fn tasks(&self) -> Vec<Task> {
        self.lock().account.now().tasks.values().filter(|task| !task.is_deleted).cloned().collect()
    }

    /// Whoever comes with a token of before gets everything.
    pub fn forget_tokens(&self) {
        let mut inner = self.lock();
        let account = inner.account.write();
        account.changes += 1;
        account.remembered = account.changes;
    }

    /// The next `reads` show what is there now, whatever is written until then.
    pub fn fall_behind(&self, reads: u32) {
        self.lock().account.fall_behind(reads);
    }
}

impl Inner {
    fn add(&mut self, clock: &Clock, project_id: &str, content: &str) -> String {
        self.made += 1;
        let (id, now) = (format!("6X7rM8997g3RQ{:04}", self.made), clock.now());
        let account = self.account.write();
        account.changes += 1;
        let task = Task {
            id: id.clone(),
            project_id: project_id.to_owned(),
            content: content.to_owned(),
            description: String::new(),
            due: None,
            checked: false,
            is_deleted: false,
            added_at: now,
            updated_at: now,
            completed_at: None,
            change: account.changes,
        };
        account.tasks.insert(id.clone(), task);
        id
    }

    fn edit(&mut self, clock: &Clock, id: &str, change: impl FnOnce(&mut Task)) -> bool {
        let account = self.account.write();
        let Some(task) = account.tasks.get_mut(id).filter(|task| !task.is_deleted) else { return false };
        account.changes += 1;
        change(task);
        task.updated_at = clock.now();
        task.change = account.changes;
        true
    }

    /// Carries out one command unless that was done before; what it says of it.
    fn command(&mut self, clock: &Clock, command: &Value, ids: &mut Map<String, Value>) -> Value {
        let uuid = command["uuid"].as_str().unwrap_or_default().to_owned();
        if let Some((status, given)) = self.done.get(&uuid) {
            ids.extend(given.iter().map(|(temp, id)| (temp.clone(), id.as_str().into())));
            return status.clone();
        }
        let (status, given) = match self.carry_out(clock, command, ids) {
            Ok(given) => ("ok".into(), given),
            Err((code, tag)) => {
                (json!({ "error": tag, "error_code": 20, "error_tag": tag, "http_code": code, "error_extra": {} }), None)
            }
        };
        ids.extend(given.iter().map(|(temp, id)| (temp.clone(), id.as_str().into())));
        self.done.insert(uuid, (status.clone(), given));
        status
    }

    fn carry_out(
        &mut self,
        clock: &Clock,
        command: &Value,
        ids: &Map<String, Value>,
    ) -> Result<Option<(String, String)>, (u16, &'static str)> {
        let args = &command["args"];
        let text = |name: &str| args[name].as_str().map(str::to_owned);
        let wrong = (400, "INVALID_ARGUMENT_VALUE");
        if text("content").is_some_and(|content| content.trim().is_empty() || content.chars().count() > 500) {
            return Err(wrong);
        }
        if let Some(due) = args.get("due").filter(|due| !due.is_null())
            && due["date"].as_str().is_none_or(|date| date.get(..10).is_none_or(|day| day.parse::<NaiveDate>().is_err()))
        {
            return Err(wrong);
        }
        let update = |task: &mut Task| {
            if let Some(content) = text("content") {
                task.content = content;
            }
            if let Some(description) = text("description") {
                task.description = description;
            }
            if let Some(due) = args.get("due") {
                task.due = Some(due.clone()).filter(|due| !due.is_null());
            }
        };
        let kind = command["type"].as_str().unwrap_or_default();
        if kind == "item_add" {
            let content = text("content").ok_or(wrong)?;
            let project_id = text("project_id").unwrap_or_else(|| INBOX.to_owned());
            if !self.account.now().projects.contains_key(&project_id) {
                return Err((404, "PROJECT_NOT_FOUND"));
            }
            let id = self.add(clock, &project_id, &content);
            self.edit(clock, &id, update);
            return Ok(command["temp_id"].as_str().map(|temp| (temp.to_owned(), id)));
        }
        let named = text("id").ok_or(wrong)?;
        let id = ids.get(&named).and_then(Value::as_str).unwrap_or(&named);
        let at = text("date_completed").and_then(|at| at.parse().ok()).unwrap_or_else(|| clock.now());
        let found = match kind {
            "item_update" => self.edit(clock, id, update),
            "item_complete" => self.edit(clock, id, |task| complete(task, at)),
            "item_uncomplete" => self.edit(clock, id, |task| (task.checked, task.completed_at) = (false, None)),
            "item_delete" => self.edit(clock, id, |task| task.is_deleted = true),
            "item_move" => {
                let project_id = text("project_id").ok_or(wrong)?;
                self.edit(clock, id, |task| task.project_id = project_id)
            }
            _ => return Err((400, "INVALID_COMMAND")),
        };
        if found { Ok(None) } else { Err((404, "ITEM_NOT_FOUND")) }
    }
}

/// One that recurs is due a day later instead.
fn complete(task: &mut Task, at: DateTime<Utc>) {
    if !task.is_recurring() {
        (task.checked, task.completed_at) = (true, Some(at));
        return;
    }
    let Some(due) = &mut task.due else { return };
    let date = due["date"].as_str().unwrap_or_default();
    let Some((day, time)) = date.split_at_checked(10) else { return };
    if let Some(next) = day.parse::<NaiveDate>().ok().and_then(|day| day.checked_add_days(Days::new(1))) {
        due["date"] = format!("{next}{time}").into();
    }
}

/// Starts it; port 0 takes one that is free.
pub async fn start(stand: Stand, port: u16) -> io::Result<Running<State>> {
    let state = State { inner: Arc::default(), clock: stand.clock.clone() };
    state.add_project(INBOX, "Inbox");
    let router = router(state.clone());
    serve(stand, state, router, port).await
}

pub fn router(state: State) -> Router {
    http::router(state)
}
