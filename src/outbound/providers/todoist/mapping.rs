//! Tasks of Todoist as items. Pure.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeZone as _, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    kernel::Timestamp,
    outbound::providers::{Creation, Due, Edit, Field, Item, Seen, version::version},
};

/// The longest content and description that a task can have, in characters.
const LONGEST_CONTENT: usize = 500;
const LONGEST_DESCRIPTION: usize = 16_383;

/// A task as the service shows it.
#[derive(Debug, Clone, Deserialize)]
pub struct Task {
    pub id: String,
    pub project_id: String,
    pub content: String,
    #[serde(default)]
    pub description: String,
    pub due: Option<When>,
    #[serde(default)]
    pub checked: bool,
    #[serde(default)]
    pub is_deleted: bool,
    pub completed_at: Option<Timestamp>,
    pub updated_at: Option<Timestamp>,
}

/// When a task is due: a date, a time on the person's clock, or an instant in the zone that is named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct When {
    pub date: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// In words, which say how it recurs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub string: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lang: Option<String>,
    #[serde(default)]
    pub is_recurring: bool,
}

/// One of the changes that a request makes. Repeated with its uuid it does nothing more.
#[derive(Debug, PartialEq, Serialize)]
pub struct Command {
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub uuid: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temp_id: Option<Uuid>,
    pub args: Value,
}

impl When {
    /// On the person's clock; `None` for what is neither date nor time.
    fn due(&self, zone: Tz) -> Option<Due> {
        if let Ok(on) = NaiveDate::parse_from_str(&self.date, "%Y-%m-%d") {
            return Some(Due { on, time: None });
        }
        let at = match DateTime::parse_from_rfc3339(&self.date) {
            Ok(instant) => instant.with_timezone(&zone).naive_local(),
            Err(_) => NaiveDateTime::parse_from_str(&self.date, "%Y-%m-%dT%H:%M:%S%.f").ok()?,
        };
        Some(Due { on: at.date(), time: Some(at.time()) })
    }

    /// The due date in the form that it had, or else as a date or a time on the person's clock. One that recurs goes on doing so.
    fn new(due: Due, before: Option<&Self>, zone: Tz) -> Self {
        let fixed = before.filter(|before| before.date.ends_with('Z') || before.timezone.is_some());
        let recurring = before.filter(|before| before.is_recurring);
        let local = due.time.map(|time| due.on.and_time(time));
        let date = match (local, fixed) {
            (None, _) => due.on.to_string(),
            (Some(local), None) => local.format("%Y-%m-%dT%H:%M:%S").to_string(),
            // A time that the clock skips is what it shows an hour later.
            (Some(local), Some(_)) => zone
                .from_local_datetime(&local)
                .earliest()
                .or_else(|| zone.from_local_datetime(&(local + chrono::Duration::hours(1))).earliest())
                .map_or_else(|| local.and_utc(), |instant| instant.with_timezone(&Utc))
                .format("%Y-%m-%dT%H:%M:%SZ")
                .to_string(),
        };
        Self {
            date,
            timezone: fixed.filter(|_| local.is_some()).and_then(|before| before.timezone.clone()),
            string: recurring.and_then(|before| before.string.clone()),
            lang: recurring.and_then(|before| before.lang.clone()),
            is_recurring: recurring.is_some(),
        }
    }
}

impl Task {
    /// Whether it is one of those that are wanted: all, or those of one project.
    pub fn concerns(&self, list: Option<&str>) -> bool {
        list.is_none_or(|list| list == self.project_id)
    }

    pub fn version(&self) -> String {
        let due = self.due.as_ref().map(|due| json!(due).to_string()).unwrap_or_default();
        let checked = if self.checked { "checked" } else { "" };
        version(self.updated_at, &[&self.content, &self.description, &due, checked])
    }

    pub fn item(&self, zone: Tz) -> Item {
        let recurs = self.due.as_ref().is_some_and(|due| due.is_recurring);
        Item {
            external_id: self.id.clone(),
            version: self.version(),
            title: self.content.clone(),
            notes: self.description.clone(),
            due: self.due.as_ref().and_then(|due| due.due(zone)),
            completed: self.checked,
            completed_at: self.completed_at.filter(|_| self.checked),
            updated_at: self.updated_at,
            url: Some(format!("https://app.todoist.com/app/task/{}", self.id)),
            key: None,
            // Completing it moves its date and leaves it open.
            read_only: if recurs { BTreeSet::from([Field::Completed]) } else { BTreeSet::new() },
        }
    }

    pub fn seen(&self, list: Option<&str>, zone: Tz) -> Seen {
        if self.is_deleted {
            Seen::Gone(self.id.clone())
        } else if self.concerns(list) {
            Seen::Item(Box::new(self.item(zone)))
        } else {
            Seen::Moved(self.id.clone())
        }
    }

    /// What makes the edit of it. A completed task is opened before anything else, and completed after everything else.
    pub fn edited(&self, edit: &Edit, operation: Uuid, zone: Tz) -> Vec<Command> {
        let mut args = serde_json::Map::new();
        args.extend(edit.title.as_deref().map(|title| ("content".to_owned(), cut(title, LONGEST_CONTENT).into())));
        args.extend(edit.notes.as_deref().map(|notes| ("description".to_owned(), cut(notes, LONGEST_DESCRIPTION).into())));
        args.extend(edit.due.map(|due| ("due".to_owned(), json!(due.map(|due| When::new(due, self.due.as_ref(), zone))))));
        let mut commands = Vec::new();
        if edit.completed == Some(None) && self.checked {
            commands.push(Command::on(&self.id, "item_uncomplete", operation));
        }
        if !args.is_empty() {
            args.insert("id".to_owned(), self.id.as_str().into());
            commands.push(Command {
                kind: "item_update",
                uuid: part(operation, "item_update"),
                temp_id: None,
                args: args.into(),
            });
        }
        if let Some(Some(at)) = edit.completed
            && !self.checked
        {
            commands.push(Command::complete(&self.id, at, operation));
        }
        commands
    }
}

impl Command {
    /// A command that says nothing but the task.
    pub fn on(id: &str, kind: &'static str, operation: Uuid) -> Self {
        Self { kind, uuid: part(operation, kind), temp_id: None, args: json!({ "id": id }) }
    }

    fn complete(id: &str, at: Timestamp, operation: Uuid) -> Self {
        Self { args: json!({ "id": id, "date_completed": at.to_string() }), ..Self::on(id, "item_complete", operation) }
    }

    /// What makes a task; the first has the name by which the answer tells its id.
    pub fn add(creation: &Creation, list: Option<&str>, zone: Tz) -> Vec<Self> {
        let mut args = json!({
            "content": cut(&creation.title, LONGEST_CONTENT),
            "description": cut(&creation.notes, LONGEST_DESCRIPTION),
        });
        if let Some(list) = list {
            args["project_id"] = list.into();
        }
        if let Some(due) = creation.due {
            args["due"] = json!(When::new(due, None, zone));
        }
        let operation = creation.operation;
        let add = Self { kind: "item_add", uuid: part(operation, "item_add"), temp_id: Some(operation), args };
        let complete = creation.completed_at.map(|at| Self::complete(&operation.to_string(), at, operation));
        std::iter::once(add).chain(complete).collect()
    }
}

/// The uuid of one command of an operation, the same whenever that is repeated: the operation's own, but for what is done beside.
fn part(operation: Uuid, kind: &str) -> Uuid {
    match kind {
        "item_complete" | "item_uncomplete" => Uuid::new_v5(&operation, kind.as_bytes()),
        _ => operation,
    }
}

fn cut(text: &str, longest: usize) -> String {
    text.chars().take(longest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZONE: Tz = Tz::Europe__Madrid;
    const OPERATION: Uuid = Uuid::from_u128(9);

    fn task(change: &Value) -> Task {
        let mut task = json!({
            "id": "6X7rM8997g3RQmvh", "project_id": "inbox", "content": "Buy milk", "description": "", "due": null,
            "checked": false, "is_deleted": false, "completed_at": null, "updated_at": "2026-01-02T08:00:00.123456Z",
        });
        for (name, value) in change.as_object().expect("an object") {
            task[name] = value.clone();
        }
        serde_json::from_value(task).expect("a task")
    }

    fn due(on: &str, time: Option<&str>) -> Due {
        Due { on: on.parse().expect("a date"), time: time.map(|time| time.parse().expect("a time")) }
    }

    fn kinds(commands: &[Command]) -> Vec<&str> {
        commands.iter().map(|command| command.kind).collect()
    }

    #[test]
    fn a_due_date_keeps_its_form() {
        let dates = [
            (json!({"date": "2026-07-01"}), due("2026-07-01", None)),
            (json!({"date": "2026-07-01T09:30:00"}), due("2026-07-01", Some("09:30:00"))),
            (json!({"date": "2026-07-01T09:30:00.000000"}), due("2026-07-01", Some("09:30:00"))),
            (json!({"date": "2026-07-01T22:30:00Z", "timezone": "Europe/London"}), due("2026-07-02", Some("00:30:00"))),
            (json!({"date": "2026-07-01T22:30:00.000000Z", "timezone": "Europe/London"}), due("2026-07-02", Some("00:30:00"))),
        ];
        for (date, expected) in dates {
            let before = task(&json!({ "due": date })).due.expect("a date");
            assert_eq!(before.due(ZONE), Some(expected), "{date}");
            let again = When::new(expected, Some(&before), ZONE);
            assert_eq!(again.due(ZONE), Some(expected));
            assert_eq!(again.timezone, before.timezone);
            assert_eq!(again.date.ends_with('Z'), before.date.ends_with('Z'));
        }
        let fixed = task(&json!({"due": {"date": "2026-07-01T22:30:00Z", "timezone": "Europe/London"}})).due;
        assert_eq!(When::new(due("2026-08-01", None), fixed.as_ref(), ZONE).timezone, None);
        // On the night in which the clock goes from two to three.
        let skipped = When::new(due("2026-03-29", Some("02:30:00")), fixed.as_ref(), ZONE);
        assert_eq!(skipped.date, "2026-03-29T01:30:00Z");
        assert_eq!(When::new(due("2026-07-01", Some("09:30:00")), None, ZONE).date, "2026-07-01T09:30:00");
        assert_eq!(task(&json!({"due": {"date": "some day"}})).item(ZONE).due, None);
    }

    #[test]
    fn what_recurs_goes_on_recurring_and_is_not_completed() {
        let date = json!({"date": "2026-07-01", "string": "every day", "lang": "en", "is_recurring": true});
        let task = task(&json!({ "due": date }));
        assert_eq!(task.item(ZONE).read_only, BTreeSet::from([Field::Completed]));
        let commands = task.edited(&Edit { due: Some(Some(due("2026-07-03", None))), ..Edit::default() }, OPERATION, ZONE);
        let expected = json!({"date": "2026-07-03", "string": "every day", "lang": "en", "is_recurring": true});
        assert_eq!(commands[0].args["due"], expected);
    }

    #[test]
    fn a_task_is_an_item_gone_or_elsewhere() {
        let id = || "6X7rM8997g3RQmvh".to_owned();
        let open = task(&json!({}));
        assert_eq!(open.seen(None, ZONE), Seen::Item(Box::new(open.item(ZONE))));
        assert_eq!(open.seen(Some("inbox"), ZONE), Seen::Item(Box::new(open.item(ZONE))));
        assert_eq!(open.seen(Some("other"), ZONE), Seen::Moved(id()));
        assert_eq!(task(&json!({"is_deleted": true})).seen(Some("other"), ZONE), Seen::Gone(id()));
        let done = task(&json!({"checked": true, "completed_at": "2026-01-02T08:00:00Z"})).item(ZONE);
        assert!(done.completed && done.completed_at.is_some() && done.read_only.is_empty());
    }

    #[test]
    fn an_edit_is_as_many_commands_as_it_needs() {
        let (open, done) = (task(&json!({})), task(&json!({"checked": true})));
        let at = Timestamp::from_micros(0);
        let title = || Some("Buy bread".to_owned());
        for (task, edit, expected) in [
            (&open, Edit::default(), vec![]),
            (&open, Edit { title: title(), ..Edit::default() }, vec!["item_update"]),
            (&open, Edit { due: Some(None), ..Edit::default() }, vec!["item_update"]),
            (&open, Edit { title: title(), completed: Some(Some(at)), ..Edit::default() }, vec!["item_update", "item_complete"]),
            (&open, Edit { completed: Some(None), ..Edit::default() }, vec![]),
            (&done, Edit { completed: Some(Some(at)), ..Edit::default() }, vec![]),
            (&done, Edit { title: title(), completed: Some(None), ..Edit::default() }, vec!["item_uncomplete", "item_update"]),
        ] {
            let commands = task.edited(&edit, OPERATION, ZONE);
            assert_eq!(kinds(&commands), expected);
            assert_eq!(commands, task.edited(&edit, OPERATION, ZONE), "a repetition has the same uuids");
            let uuids: BTreeSet<Uuid> = commands.iter().map(|command| command.uuid).collect();
            assert_eq!(uuids.len(), commands.len());
        }
        let removed = open.edited(&Edit { due: Some(None), ..Edit::default() }, OPERATION, ZONE);
        assert_eq!(removed[0].args, json!({"id": "6X7rM8997g3RQmvh", "due": null}));
    }

    #[test]
    fn a_creation_says_what_there_is() {
        let mut creation = Creation {
            key: Uuid::from_u128(7),
            operation: OPERATION,
            title: "ä".repeat(600),
            notes: String::new(),
            due: None,
            completed_at: None,
        };
        let commands = Command::add(&creation, None, ZONE);
        assert_eq!(commands[0].args, json!({"content": "ä".repeat(500), "description": ""}));
        assert_eq!((kinds(&commands), commands[0].temp_id), (vec!["item_add"], Some(OPERATION)));
        creation.completed_at = Some(Timestamp::from_micros(0));
        creation.due = Some(due("2026-07-01", None));
        let commands = Command::add(&creation, Some("work"), ZONE);
        assert_eq!(kinds(&commands), ["item_add", "item_complete"]);
        assert_eq!(commands[1].args["id"], OPERATION.to_string());
        assert_eq!(commands[0].args["project_id"], "work");
        assert_eq!(commands[0].args["due"], json!({"date": "2026-07-01", "is_recurring": false}));
    }
}
