//! What a task of the front end says beyond its title and when it was created and completed, read as the fields that a task
//! has here. Pure. What breaks a rule is cut or left out, and told; nothing is told of what it says.

use std::time::Duration;

use serde_json::Value;

use super::{
    members::Members,
    when::{When, length},
};
use crate::{
    kernel::{DayRule, FromText},
    work::tasks::model::{
        Estimate, Fields, MAX_SECONDS, MAX_STEPS, NewSubtask, NewSubtasks, Notes, Priority, StepTitle, Tag, Tags, Title,
    },
};

/// What was cut or left out of one document, a sentence each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Losses(Vec<String>);

impl Losses {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn add(&mut self, field: &str, what: &str) {
        self.0.push(format!("field '{field}' {what}"));
    }
}

impl IntoIterator for Losses {
    type Item = String;
    type IntoIter = std::vec::IntoIter<String>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// The fields of a task. Of those that are dates it depends on where their user is what they say.
#[derive(Debug, Clone, Default)]
pub struct Details {
    fields: Fields,
    due: Option<When>,
    planned: Option<When>,
}

impl Details {
    /// Reads what there is.
    pub fn read(members: Members<'_>, losses: &mut Losses) -> Self {
        let mut read = Reading { members, losses };
        read.timer();
        let fields = Fields {
            notes: read.notes().map(Some),
            priority: read.priority(),
            tags: read.tags(),
            estimate_minutes: read.estimate().map(Some),
            subtasks: read.subtasks(),
            spent_seconds: read.spent(),
            ..Fields::default()
        };
        Self { fields, due: read.when("dueAt"), planned: read.when("plannedFor") }
    }

    /// The fields, for a user whose dates follow from the rule.
    pub fn fields(&self, rule: DayRule) -> Fields {
        let due = self.due.map(|due| due.on_the_clock(rule));
        let planned = self.planned.map(|planned| planned.date(rule));
        Fields {
            due_on: due.map(|(date, _)| Some(date)),
            due_time: due.map(|(_, time)| time),
            planned_for: planned.map(Some),
            ..self.fields.clone()
        }
    }
}

struct Reading<'a, 'l> {
    members: Members<'a>,
    losses: &'l mut Losses,
}

impl<'a> Reading<'a, '_> {
    /// An empty text is none.
    fn value(&self, field: &str) -> Option<&'a Value> {
        self.members.value(field).filter(|value| value.as_str().is_none_or(|text| !text.trim().is_empty()))
    }

    /// What `read` makes of the field. Where it makes nothing of it, the field is left out.
    fn field<T>(&mut self, field: &str, read: impl FnOnce(&'a Value) -> Option<T>) -> Option<T> {
        let value = self.value(field)?;
        let made = read(value);
        if made.is_none() {
            self.losses.add(field, "was left out");
        }
        made
    }

    /// Nobody can say until when it ran.
    fn timer(&mut self) {
        if self.value("startedAt").is_some() {
            self.losses.add("startedAt", "was left out: its timer is not running here");
        }
    }

    fn notes(&mut self) -> Option<Notes> {
        let text = self.field("notes", Value::as_str)?;
        fitted(text, Notes::MAX, "notes", self.losses)
    }

    fn priority(&mut self) -> Option<Priority> {
        self.field("priority", |value| Priority::from_text(&value.as_str()?.trim().to_ascii_lowercase()).ok())
    }

    fn estimate(&mut self) -> Option<Estimate> {
        self.field("expectedDurationMs", |value| {
            let length = length(value)?;
            let minutes = length.saturating_add(Duration::from_secs(30)).as_secs() / 60;
            if length.is_zero() { Some(None) } else { Estimate::new(u32::try_from(minutes).ok()?).map(Some) }
        })?
    }

    fn spent(&mut self) -> Option<u64> {
        let seconds = self.field("accumulatedMs", length)?.as_secs();
        let fitting = seconds.min(MAX_SECONDS);
        if fitting < seconds {
            self.losses.add("accumulatedMs", "was cut to a year");
        }
        (fitting > 0).then_some(fitting)
    }

    fn tags(&mut self) -> Option<Tags> {
        let mut tags = Tags::default();
        let mut left_out = 0;
        for value in self.field("tags", entries)? {
            let Some(text) = value.as_str() else {
                left_out += 1;
                continue;
            };
            // A comma is what sets tags apart in a query.
            for text in text.split(',') {
                let line = text.replace(['\n', '\t'], " ");
                let tag: Option<Tag> = fitted(&line, Tag::MAX, "tags", self.losses);
                left_out += u32::from(tag.is_some_and(|tag| !tags.add(tag)));
            }
        }
        self.left_out("tags", left_out);
        Some(tags)
    }

    fn subtasks(&mut self) -> Option<NewSubtasks> {
        let mut steps = Vec::new();
        let mut left_out = 0;
        for value in self.field("subtasks", entries)? {
            match self.step(value).filter(|_| steps.len() < MAX_STEPS) {
                Some(step) => steps.push(step),
                None => left_out += 1,
            }
        }
        self.left_out("subtasks", left_out);
        NewSubtasks::new(steps).ok()
    }

    fn step(&mut self, value: &Value) -> Option<NewSubtask> {
        let member = |names: &[&str]| names.iter().find_map(|name| value.get(name));
        let text = value.as_str().or_else(|| member(&["title", "text", "name"])?.as_str())?;
        let title: StepTitle = fitted(text, Title::MAX, "subtasks", self.losses)?;
        let completed = ["done", "completed"].iter().any(|name| value.get(name) == Some(&Value::Bool(true)));
        Some(NewSubtask { id: None, title, completed })
    }

    fn left_out(&mut self, field: &str, entries: u32) {
        if entries > 0 {
            self.losses.add(field, &format!("has {entries} entries that were left out"));
        }
    }

    fn when(&mut self, field: &str) -> Option<When> {
        self.field(field, When::read)
    }
}

/// The entries of an array, or the one text that there is.
fn entries(value: &Value) -> Option<&[Value]> {
    match value {
        Value::Array(entries) => Some(entries),
        Value::String(_) => Some(std::slice::from_ref(value)),
        _ => None,
    }
}

/// The text without control characters that it may not have, cut to so many characters; `None` when nothing of it can be seen.
pub fn fitted<T: FromText>(text: &str, max: usize, field: &str, losses: &mut Losses) -> Option<T> {
    let lines = text.replace("\r\n", "\n");
    let plain: String = lines.chars().filter(|c| !c.is_control() || matches!(c, '\t' | '\n')).collect();
    let plain = plain.trim();
    let end = plain.char_indices().nth(max).map_or(plain.len(), |(end, _)| end);
    let read = T::from_text(&plain[..end]).ok()?;
    if end < plain.len() {
        losses.add(field, &format!("was cut to {max} characters"));
    }
    if plain.len() < lines.trim().len() {
        losses.add(field, "lost control characters");
    }
    Some(read)
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;
    use proptest::prelude::*;
    use serde_json::{Map, json};

    use super::*;

    fn details(map: &Map<String, Value>) -> (Details, Vec<String>) {
        let mut losses = Losses::default();
        let members = Members { map, latest: "2026-01-14T10:00:00Z".parse().expect("a time") };
        let details = Details::read(members, &mut losses);
        (details, losses.into_iter().collect())
    }

    /// The fields of a user in Madrid, and what was lost.
    fn fields(document: &Value) -> (Fields, Vec<String>) {
        let (details, losses) = details(document.as_object().expect("an object"));
        (details.fields(Tz::Europe__Madrid.into()), losses)
    }

    #[test]
    fn lengths_are_whole_minutes_and_seconds_within_their_bounds() {
        let read = |expected: Value, spent: Value| {
            let (fields, losses) = fields(&json!({ "expectedDurationMs": expected, "accumulatedMs": spent }));
            (fields.estimate_minutes.flatten().map(Estimate::get), fields.spent_seconds, losses.len())
        };
        assert_eq!(read(json!(1_500_000), json!(61_999)), (Some(25), Some(61), 0));
        assert_eq!(read(json!(1_530_000.5), json!(999)), (Some(26), None, 0));
        assert_eq!(read(json!(0), json!(0)), (None, None, 0));
        assert_eq!(read(json!(29_999), json!(-1)), (None, None, 2));
        assert_eq!(read(json!(360_029_999), json!(31_536_000_999_u64)), (Some(6000), Some(31_536_000), 0));
        assert_eq!(read(json!(360_030_000), json!(31_536_001_000_u64)), (None, Some(31_536_000), 2));
        assert_eq!(read(json!("25"), json!("x")), (None, None, 2));
        assert_eq!(read(json!(1e308), json!(1e308)), (None, None, 2));
        assert_eq!(read(json!(u64::MAX), json!(u64::MAX)), (None, Some(31_536_000), 2));
    }

    #[test]
    fn what_breaks_a_rule_is_cut_or_left_out_and_told() {
        let many: Vec<String> = (0..200).map(|n| n.to_string()).collect();
        let document = json!({
            "notes": format!("a\r\n\u{0}{}", "é".repeat(10_000)),
            "priority": " URGENT ",
            "tags": many,
            "subtasks": many,
            "startedAt": 1_782_945_000_000_i64,
        });
        let (fields, losses) = fields(&document);
        let notes = fields.notes.flatten().expect("notes");
        assert_eq!((notes.as_ref().chars().count(), notes.as_ref().starts_with("a\né")), (10_000, true));
        assert_eq!(fields.priority, Some(Priority::Urgent));
        assert_eq!(fields.tags.expect("tags").iter().count(), 20);
        assert_eq!(fields.subtasks.expect("steps").take_the_place_of(&[], &uuid::Uuid::nil).len(), 100);
        let told = [
            "field 'startedAt' was left out: its timer is not running here",
            "field 'notes' was cut to 10000 characters",
            "field 'notes' lost control characters",
            "field 'tags' has 180 entries that were left out",
            "field 'subtasks' has 100 entries that were left out",
        ];
        assert_eq!(losses, told);
    }

    #[test]
    fn steps_and_tags_are_read_in_every_form() {
        let document = json!({ "subtasks": ["a", { "title": "b", "done": true }, { "text": "c", "completed": true, "id": 7 },
            { "name": "d", "done": false }, { "title": " " }, 5, null, [], {}],
            "tags": ["Work", "work", "home, garden", "", 5, "x".repeat(41)] });
        let (read, losses) = fields(&document);
        let steps = read.subtasks.expect("steps").take_the_place_of(&[], &uuid::Uuid::nil);
        let steps: Vec<_> = steps.iter().map(|step| (step.title.as_str(), step.completed)).collect();
        assert_eq!(steps, [("a", false), ("b", true), ("c", true), ("d", false)]);
        let tags: Vec<_> = read.tags.as_ref().expect("tags").iter().map(Tag::as_str).collect();
        assert_eq!(tags, ["Work", "home", "garden", &*"x".repeat(40)]);
        let told = [
            "field 'tags' was cut to 40 characters",
            "field 'tags' has 1 entries that were left out",
            "field 'subtasks' has 5 entries that were left out",
        ];
        assert_eq!(losses, told);
        let (read, losses) = fields(&json!({ "tags": "a,b", "subtasks": {}, "priority": "asap", "notes": 5 }));
        assert_eq!(read.tags.expect("tags").iter().count(), 2);
        assert_eq!((read.priority, read.subtasks.is_some(), losses.len()), (None, false, 3));
        let (empty, losses) =
            fields(&json!({ "tags": [], "subtasks": [], "priority": "", "notes": " ", "dueAt": "", "startedAt": null }));
        assert!(losses.is_empty() && empty.notes.is_none() && empty.due_on.is_none());
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            ".{0,60}".prop_map(Value::from),
            "[12][0-9]{3}-[01][0-9]-[0-3][0-9](T[0-2][0-9]:[0-5][0-9](:[0-5][0-9](Z|[+-][01][0-9]:00)?)?)?".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 30, 30, |inner| {
            let names = prop_oneof![Just("title"), Just("done"), Just("name"), Just("completed")].prop_map(str::to_owned);
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..30).prop_map(Value::from),
                prop::collection::hash_map(names, inner, 0..4).prop_map(|map| map.into_iter().collect::<Value>()),
            ]
        })
    }

    proptest! {
        #[test]
        fn whatever_a_field_is_it_is_read_or_told(values in prop::collection::vec(value(), 9)) {
            let names = ["expectedDurationMs", "startedAt", "accumulatedMs", "dueAt", "plannedFor", "subtasks", "notes", "tags", "priority"];
            let map: Map<String, Value> = names.iter().map(|name| (*name).to_owned()).zip(values).collect();
            let (details, losses) = details(&map);
            for zone in [Tz::Pacific__Kiritimati, Tz::Pacific__Honolulu] {
                let fields = details.fields(zone.into());
                for (date, name) in [(fields.due_on, "dueAt"), (fields.planned_for, "plannedFor")] {
                    let given = !map[name].is_null() && map[name].as_str().is_none_or(|text| !text.trim().is_empty());
                    let told = losses.iter().any(|loss| loss.contains(name));
                    prop_assert!(date.flatten().is_some() == (given && !told), "{}: {:?}", map[name], losses);
                }
            }
        }
    }
}
