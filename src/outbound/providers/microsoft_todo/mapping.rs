//! Tasks as Microsoft Graph has them, and as we do. Pure.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDateTime, NaiveTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, de::IgnoredAny};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::html::{html_of, text_of};
use crate::{
    kernel::Timestamp,
    outbound::providers::{Creation, Due, Edit, Field, Item},
};

/// Under which name a task says for which of ours it was made.
const APPLICATION: &str = "Avanochi";

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Task {
    pub(super) id: String,
    #[serde(rename = "@removed")]
    removed: Option<IgnoredAny>,
    title: Option<String>,
    status: Option<String>,
    body: Option<Body>,
    due_date_time: Option<Moment>,
    completed_date_time: Option<Moment>,
    last_modified_date_time: Option<DateTime<Utc>>,
    recurrence: Option<IgnoredAny>,
    #[serde(default)]
    linked_resources: Vec<Link>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    #[serde(default)]
    content: String,
    #[serde(default)]
    content_type: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Link {
    application_name: Option<String>,
    external_id: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Moment {
    date_time: NaiveDateTime,
    #[serde(default)]
    time_zone: String,
}

impl Moment {
    /// `None` for a zone that has no name of the time zone database, such as those of Windows.
    fn instant(&self) -> Option<Timestamp> {
        let zone: Tz = if self.time_zone.ends_with("Utc") { Tz::UTC } else { self.time_zone.parse().ok()? };
        Some(crate::kernel::wall_clock::instant_of(self.date_time.date(), self.date_time.time(), zone))
    }

    /// The day that it means. Programs write it as midnight of that day, in their own zone or in any.
    fn day(&self, zone: Tz) -> Due {
        let midnight = self.date_time.time() == NaiveTime::MIN;
        let shown = self.instant().filter(|_| !midnight).map(|at| at.in_zone(zone).date_naive());
        Due { on: shown.unwrap_or_else(|| self.date_time.date()), time: None }
    }
}

impl Task {
    pub(super) fn is_removed(&self) -> bool {
        self.removed.is_some()
    }

    /// Whether it is whole: of what changed, the service may tell what changed alone.
    pub(super) fn is_whole(&self) -> bool {
        self.last_modified_date_time.is_some() && self.status.is_some() && self.body.is_some()
    }

    /// Instants of one length, so that they compare as texts.
    pub(super) fn version(&self) -> String {
        self.last_modified_date_time.map(|at| at.format("%Y-%m-%dT%H:%M:%S%.9fZ").to_string()).unwrap_or_default()
    }

    pub(super) fn is_completed(&self) -> bool {
        self.status.as_deref() == Some("completed")
    }

    /// The task of ours that it was made for.
    pub(super) fn key(&self) -> Option<Uuid> {
        let ours = self.linked_resources.iter().find(|link| link.application_name.as_deref() == Some(APPLICATION))?;
        Uuid::try_parse(ours.external_id.as_deref()?).ok()
    }

    pub(super) fn item(&self, zone: Tz) -> Item {
        let notes = self.body.as_ref().map_or_else(String::new, |body| match body.content_type.as_str() {
            "html" => text_of(&body.content).trim_end_matches('\n').to_owned(),
            _ => body.content.replace("\r\n", "\n"),
        });
        let read_only = if self.recurrence.is_some() { BTreeSet::from([Field::Completed]) } else { BTreeSet::new() };
        Item {
            external_id: self.id.clone(),
            version: self.version(),
            title: self.title.clone().unwrap_or_default(),
            notes,
            due: self.due_date_time.as_ref().map(|due| due.day(zone)),
            completed: self.is_completed(),
            completed_at: self.completed_at(),
            updated_at: self.last_modified_date_time.map(Timestamp::from),
            url: Some(format!("https://to-do.office.com/tasks/id/{}/details", self.id)),
            key: self.key(),
            read_only,
        }
    }

    /// The service keeps the day alone of what its own programs complete. When the task was last changed on that day, it was then
    /// at the latest.
    fn completed_at(&self) -> Option<Timestamp> {
        let completed = self.completed_date_time.as_ref().filter(|_| self.is_completed())?;
        let changed = self.last_modified_date_time.filter(|at| at.date_naive() == completed.date_time.date());
        match changed {
            Some(changed) if completed.date_time.time() == NaiveTime::MIN => Some(changed.into()),
            _ => completed.instant(),
        }
    }
}

/// A task that is to be made.
pub(super) fn new_task(creation: &Creation) -> Value {
    let edit = Edit {
        title: Some(creation.title.clone()),
        notes: Some(creation.notes.clone()),
        due: creation.due.map(Some),
        completed: creation.completed_at.map(Some),
    };
    let mut task = changes(&edit, false);
    task.insert(
        "linkedResources".to_owned(),
        json!([{ "applicationName": APPLICATION, "displayName": APPLICATION, "externalId": creation.key }]),
    );
    Value::Object(task)
}

/// What to change of a task. A status that does not contradict is left as it is.
pub(super) fn changes(edit: &Edit, is_completed: bool) -> Map<String, Value> {
    let mut changes = Map::new();
    let mut set = |name: &str, value: Value| {
        changes.insert(name.to_owned(), value);
    };
    if let Some(title) = &edit.title {
        set("title", title.as_str().into());
    }
    if let Some(notes) = &edit.notes {
        // The reference says that it takes no other.
        set("body", json!({ "content": html_of(notes), "contentType": "html" }));
    }
    if let Some(due) = edit.due {
        set(
            "dueDateTime",
            due.map_or(Value::Null, |due| json!({ "dateTime": format!("{}T00:00:00", due.on), "timeZone": "UTC" })),
        );
    }
    match edit.completed {
        Some(Some(at)) if !is_completed => {
            set("status", "completed".into());
            let at = at.in_zone(Tz::UTC).format("%Y-%m-%dT%H:%M:%S%.6f").to_string();
            set("completedDateTime", json!({ "dateTime": at, "timeZone": "UTC" }));
        }
        Some(None) if is_completed => set("status", "notStarted".into()),
        _ => {}
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEW_YORK: Tz = Tz::America__New_York;

    fn task(members: Value) -> Task {
        let mut task = json!({
            "id": "AA=", "title": "Milk", "status": "notStarted", "body": {"content": "", "contentType": "text"},
            "lastModifiedDateTime": "2026-08-12T04:54:29.4903939Z"
        });
        let Value::Object(members) = members else { panic!("{members}") };
        task.as_object_mut().unwrap().extend(members);
        serde_json::from_value(task).unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_task_is_an_item() {
        let key = Uuid::from_u128(7);
        let item = task(json!({
            "body": {"content": "<html><body>a<br>b</body></html>", "contentType": "html"},
            "linkedResources": [{"applicationName": "Mail", "externalId": "x"}, {"applicationName": "Avanochi", "externalId": key}],
            "recurrence": {"pattern": {}}
        }))
        .item(NEW_YORK);
        assert_eq!((&*item.title, &*item.notes, item.key), ("Milk", "a\nb", Some(key)));
        assert_eq!(item.version, "2026-08-12T04:54:29.490393900Z");
        assert_eq!(item.updated_at, Some(at("2026-08-12T04:54:29.490393Z")));
        assert_eq!(item.read_only, BTreeSet::from([Field::Completed]));
        assert!(!item.completed && item.due.is_none() && task(json!({"recurrence": null})).item(NEW_YORK).read_only.is_empty());
    }

    #[test]
    fn versions_compare_as_their_instants() {
        let version = |text| task(json!({"lastModifiedDateTime": text})).version();
        assert!(version("2026-08-12T04:54:29Z") < version("2026-08-12T04:54:29.5Z"));
        assert!(version("2026-08-12T04:54:29.5Z") < version("2026-08-12T04:54:29.5000001Z"));
    }

    #[test]
    fn a_due_is_a_day() {
        for (date_time, zone, day) in [
            ("2026-12-01T00:00:00.0000000", "UTC", "2026-12-01"),
            ("2026-12-01T05:00:00.0000000", "UTC", "2026-12-01"),
            ("2026-12-01T04:00:00.0000000", "UTC", "2026-11-30"),
            ("2026-12-01T00:00:00.0000000", "Asia/Tokyo", "2026-12-01"),
            ("2026-12-01T18:00:00.0000000", "W. Europe Standard Time", "2026-12-01"),
            ("2026-12-01T04:00:00", "tzone://Microsoft/Utc", "2026-11-30"),
        ] {
            let item = task(json!({"dueDateTime": {"dateTime": date_time, "timeZone": zone}})).item(NEW_YORK);
            assert_eq!(item.due, Some(Due { on: day.parse().unwrap(), time: None }), "{date_time} {zone}");
        }
    }

    #[test]
    fn a_day_of_completion_is_as_exact_as_it_can_be() {
        let completed = |date_time: &str, status: &str| {
            task(json!({"status": status, "completedDateTime": {"dateTime": date_time, "timeZone": "UTC"}}))
                .item(NEW_YORK)
                .completed_at
        };
        assert_eq!(completed("2026-08-12T03:00:00", "completed"), Some(at("2026-08-12T03:00:00Z")));
        assert_eq!(completed("2026-08-12T00:00:00", "completed"), Some(at("2026-08-12T04:54:29.490393Z")));
        assert_eq!(completed("2026-08-11T00:00:00", "completed"), Some(at("2026-08-11T00:00:00Z")));
        assert_eq!(completed("2026-08-12T03:00:00", "notStarted"), None);
    }

    #[test]
    fn what_is_removed_or_told_in_part_is_known() {
        let read = |value: Value| serde_json::from_value::<Task>(value).unwrap();
        assert!(read(json!({"id": "a", "@removed": {"reason": "deleted"}})).is_removed());
        let part = read(json!({"id": "a", "title": "b"}));
        assert!(!part.is_removed() && !part.is_whole() && task(json!({})).is_whole());
    }

    #[test]
    fn only_what_changes_is_written() {
        let completed = Edit { completed: Some(Some(at("2026-08-12T03:00:00.5Z"))), ..Edit::default() };
        let open = Edit { completed: Some(None), ..Edit::default() };
        assert_eq!(
            Value::Object(changes(&completed, false)),
            json!({"status": "completed", "completedDateTime": {"dateTime": "2026-08-12T03:00:00.500000", "timeZone": "UTC"}})
        );
        assert_eq!(Value::Object(changes(&open, true)), json!({"status": "notStarted"}));
        assert!(changes(&completed, true).is_empty() && changes(&open, false).is_empty());
        let due = Due { on: "2026-12-01".parse().unwrap(), time: NaiveTime::from_hms_opt(9, 0, 0) };
        let edit = Edit { notes: Some("a\n<b>".into()), due: Some(Some(due)), ..Edit::default() };
        assert_eq!(
            Value::Object(changes(&edit, false)),
            json!({"body": {"content": "a<br>&lt;b&gt;", "contentType": "html"},
                "dueDateTime": {"dateTime": "2026-12-01T00:00:00", "timeZone": "UTC"}})
        );
        assert_eq!(Value::Object(changes(&Edit { due: Some(None), ..Edit::default() }, false)), json!({"dueDateTime": null}));
    }

    #[test]
    fn a_new_task_says_for_which_it_was_made() {
        let creation = Creation {
            key: Uuid::from_u128(7),
            operation: Uuid::nil(),
            title: "Milk".into(),
            notes: String::new(),
            due: None,
            completed_at: None,
        };
        let expected = json!({
            "title": "Milk", "body": {"content": "", "contentType": "html"},
            "linkedResources": [{"applicationName": "Avanochi", "displayName": "Avanochi", "externalId": creation.key}]
        });
        assert_eq!(new_task(&creation), expected);
    }
}
