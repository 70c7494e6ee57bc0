//! What the front end of the original kept in a browser: a list of tasks, in a file of its own. It is small, so the whole file is
//! read before anything is written, and one that is broken changes nothing.

use std::{
    fs::{self, File},
    io::BufReader,
    path::Path,
};

use anyhow::{Context as _, bail, ensure};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{
    details::{self, Details, Losses},
    file::{Body, Pieces, Place},
    legacy::{LegacyKind, LegacyTask, id_of},
    members::{MAX_CLOCK_SKEW, Members, Read},
    when,
};
use crate::{
    kernel::{Id, Timestamp, UserId},
    work::tasks::model::Title,
};

/// Many times what a browser keeps for one site.
const MAX_BYTES: u64 = 64 * 1024 * 1024;
/// The member of an object that has the list.
const TASKS: &str = "tasks";

/// The entries of the list, when the file is such an export: `named` says that it is one. Otherwise that is seen by how it begins:
/// an object with `tasks`, or an array whose first entry has a title and no `type`. Errors: when it cannot be read, with the line.
pub fn read(path: &Path, named: bool) -> anyhow::Result<Option<Vec<Value>>> {
    let cannot = || format!("{} cannot be opened", path.display());
    let file = File::open(path).with_context(cannot)?;
    let about = file.metadata().with_context(cannot)?;
    if !about.is_file() {
        return Ok(None);
    }
    let length = about.len();
    let mut pieces = Pieces::new(BufReader::new(file)).with_context(|| format!("{} cannot be read", path.display()))?;
    let beginning = if named { Beginning::Export } else { beginning(&mut pieces)? };
    if beginning == Beginning::Documents || (beginning == Beginning::Unknown && length > MAX_BYTES) {
        return Ok(None);
    }
    ensure!(length <= MAX_BYTES, "the file is larger than what a browser keeps");
    let bytes = fs::read(path).with_context(cannot)?;
    match (parse(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes)), beginning) {
        (Err(_), Beginning::Unknown) => Ok(None),
        (entries, _) => entries.map(Some),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Beginning {
    Export,
    Documents,
    /// The first line is a part of something.
    Unknown,
}

fn beginning(pieces: &mut Pieces<BufReader<File>>) -> anyhow::Result<Beginning> {
    let Some(piece) = pieces.next_piece().context("the file cannot be read")? else { return Ok(Beginning::Documents) };
    let Body::Whole(text) = piece.body else { return Ok(Beginning::Documents) };
    Ok(match (serde_json::from_slice::<Map<String, Value>>(&text), piece.place) {
        (Ok(map), _) if map.contains_key("type") => Beginning::Documents,
        (Ok(map), Place::Element(_)) if map.contains_key("title") => Beginning::Export,
        (Ok(map), Place::Line(_)) if map.contains_key(TASKS) => Beginning::Export,
        (Err(error), Place::Line(_)) if error.is_eof() => Beginning::Unknown,
        _ => Beginning::Documents,
    })
}

/// The list: an array, or an object that has it, as it is or as the text that a browser keeps of it.
fn parse(bytes: &[u8]) -> anyhow::Result<Vec<Value>> {
    // The parser's own message may quote what it found.
    let read = |bytes: &[u8]| {
        let read: Result<Value, _> = serde_json::from_slice(bytes);
        read.map_err(|e| anyhow::anyhow!("line {}, column {}: it is not JSON; nothing was taken", e.line(), e.column()))
    };
    let list = match read(bytes)? {
        Value::Object(mut map) => map.remove(TASKS).unwrap_or_default(),
        other => other,
    };
    let list = match list {
        Value::String(text) => read(text.as_bytes()).context("the text of 'tasks'")?,
        other => other,
    };
    match list {
        Value::Array(entries) => Ok(entries),
        _ => bail!("it is neither a list of tasks nor an object whose 'tasks' are one; nothing was taken"),
    }
}

/// One entry as a task of whom it says, or else of the user, and what was cut or left out of it. Errors: why it is none.
pub fn task(entry: &Value, user: Option<UserId>, now: Timestamp) -> Read<(UserId, LegacyTask, Losses)> {
    let map = entry.as_object().ok_or("it is not an object")?;
    let members = Members { map, latest: now.plus(MAX_CLOCK_SKEW) };
    if members.kind().is_some_and(|kind| kind != LegacyKind::Task) {
        return Err("it is not a task".into());
    }
    let said = text_of(members, "user_id").map(|text| Id::new(id_of(LegacyKind::User, &text)));
    let owner = said.or(user).ok_or("it does not say whose it is; name the user with --user")?;
    let id = text_of(members, "id").ok_or("field 'id' is missing")?;
    let mut losses = Losses::default();
    let title: Option<Title> =
        members.value("title").and_then(Value::as_str).and_then(|text| details::fitted(text, Title::MAX, "title", &mut losses));
    let title = title.ok_or("field 'title' is missing")?;
    let mut time = |field| {
        let value = members.value(field)?;
        let at = when::instant(value).filter(|at| members.is_possible(*at));
        if at.is_none() {
            losses.add(field, "is no time that it can have been, and was left out");
        }
        at
    };
    let (created_at, updated_at, completed_at) = (time("createdAt"), time("updatedAt"), time("completedAt"));
    let said: Vec<&Value> = ["completed", "done"].iter().filter_map(|field| members.value(field)).collect();
    let completed = if said.is_empty() { completed_at.is_some() } else { said.contains(&&Value::Bool(true)) };
    let known = [created_at, updated_at, completed_at];
    let created_at = created_at.or(known.into_iter().flatten().min()).unwrap_or(now);
    let completed_at = completed.then(|| completed_at.or(updated_at).unwrap_or(created_at).max(created_at));
    let details = Details::read(members, &mut losses);
    Ok((owner, LegacyTask { id: id_here(owner, &id), title, created_at, updated_at, completed_at, details }, losses))
}

/// A UUID is kept. Anything else becomes that of version 5 (RFC 9562) in the name space of the user: in every run the same.
fn id_here(owner: UserId, text: &str) -> Uuid {
    UserId::parse(text).map_or_else(|| Uuid::new_v5(&owner.uuid(), text.as_bytes()), Id::uuid)
}

/// What a text or a number says, unless that is nothing.
fn text_of(members: Members<'_>, field: &str) -> Option<String> {
    match members.value(field)? {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use serde_json::json;
    use tempfile::NamedTempFile;

    use super::*;

    const ANN: UserId = UserId::new(Uuid::from_u128(7));

    fn read_text(text: &str, named: bool) -> Result<Option<usize>, String> {
        let mut file = NamedTempFile::new().expect("a file");
        file.write_all(text.as_bytes()).expect("written");
        read(file.path(), named).map(|entries| entries.map(|entries| entries.len())).map_err(|e| format!("{e:#}"))
    }

    fn attempt(entry: &Value) -> Read<(UserId, LegacyTask, Losses)> {
        task(entry, Some(ANN), "2026-01-14T10:00:00Z".parse().expect("a time"))
    }

    fn entry(changes: &Value) -> Value {
        let mut entry = json!({ "id": 1_758_795_330_123_u64, "title": "Write", "createdAt": "2025-09-25T10:15:30.123Z" });
        entry.as_object_mut().expect("an object").extend(changes.as_object().expect("an object").clone());
        entry
    }

    #[test]
    fn an_export_is_known_by_how_it_begins() {
        for export in [
            r#"[{"id":1,"title":"a"},{"id":2}]"#,
            r#" {"tasks":[{},{}]}"#,
            r#"{"theme":"dark","tasks":"[{},{}]"}"#,
            "\u{feff}{\n  \"theme\": 1,\n  \"tasks\": [\n {},\n {}\n ]\n}\n",
        ] {
            assert_eq!(read_text(export, false), Ok(Some(2)), "{export}");
            assert_eq!(read_text(export, true), Ok(Some(2)), "{export}");
        }
        for documents in [
            "",
            "[]",
            r#"[{"id":"1","type":"task","title":"a"}]"#,
            "{\"id\":\"1\",\"type\":\"task\",\"tasks\":[]}\n",
            "{\"id\":\"1\",\n{\"id\":\"2\",\"type\":\"task\"}\n",
            "{\"id\":\"1\"}\n",
            "[5]",
        ] {
            assert_eq!(read_text(documents, false), Ok(None), "{documents}");
        }
    }

    #[test]
    fn a_broken_file_is_told_by_its_line_and_nothing_of_it() {
        for (text, told) in [
            ("[{\"id\":1,\"title\":\"hunter2\"},\n{\"id\":2,", "line 2, column 8: it is not JSON; nothing was taken"),
            ("{\"tasks\":\"[\\n{]\"}", "the text of 'tasks': line 2, column 2: it is not JSON; nothing was taken"),
            ("{\"tasks\":{}}", "it is neither a list of tasks nor an object whose 'tasks' are one; nothing was taken"),
        ] {
            assert_eq!(read_text(text, true), Err(told.to_owned()));
            assert_eq!(read_text(text, false), Err(told.to_owned()));
        }
        assert!(read_text("\"hunter2\"", true).is_err_and(|told| !told.contains("hunter2")));
        assert!(read_text("", true).is_err());
    }

    #[test]
    fn ids_lead_to_the_same_uuids_for_ever_and_to_others_for_other_users() {
        let id = |id: Value, user: UserId| {
            let now = "2026-01-14T10:00:00Z".parse().expect("a time");
            task(&entry(&json!({ "id": id })), Some(user), now).expect("a task").1.id.to_string()
        };
        // Written down: whoever changes the rule makes a second copy of everything that was imported before.
        assert_eq!(id(json!(1_758_795_330_123_u64), ANN), id(json!(" 1758795330123"), ANN));
        assert_eq!(id(json!("V1StGXR8_Z5jdHi6B-myT"), ANN), "0b3ac4b6-448c-55e5-8a1b-c39481f9a58e");
        assert_ne!(id(json!("1"), ANN), id(json!("1"), UserId::new(Uuid::from_u128(8))));
        let uuid = "3b9f7b8e-6d7a-4e3f-a23c-5a0efb9b72c9";
        assert_eq!(id(json!(uuid), ANN), uuid);
    }

    #[test]
    fn whether_and_when_a_task_was_completed_follows_from_what_there_is() {
        let completed = |changes: Value| {
            let (_, task, losses) = attempt(&entry(&changes)).expect("a task");
            (task.completed_at.map(|at| at.to_string()[..19].to_owned()), losses.into_iter().count())
        };
        let at = |text: &str| (Some(text.to_owned()), 0);
        assert_eq!(completed(json!({})), (None, 0));
        assert_eq!(completed(json!({ "done": true })), at("2025-09-25T10:15:30"));
        assert_eq!(completed(json!({ "completed": true, "updatedAt": 1_758_895_330_000_u64 })), at("2025-09-26T14:02:10"));
        assert_eq!(completed(json!({ "completedAt": "2025-09-26T00:00:00+02:00" })), at("2025-09-25T22:00:00"));
        assert_eq!(completed(json!({ "completed": false, "completedAt": "2025-09-26T00:00:00Z" })), (None, 0));
        // None is before its creation, in the future, or before there was a front end.
        assert_eq!(completed(json!({ "completedAt": "2025-09-01T00:00:00Z" })), at("2025-09-25T10:15:30"));
        for bad in [json!("2031-01-01T00:00:00Z"), json!(5), json!("hunter2"), json!([])] {
            assert_eq!(completed(json!({ "done": true, "completedAt": bad })), (at("2025-09-25T10:15:30").0, 1));
        }
    }

    #[test]
    fn a_time_of_creation_is_the_earliest_that_is_known() {
        let created = |changes: Value| attempt(&entry(&changes)).expect("a task").1.created_at.to_string();
        let updated = json!({ "createdAt": null, "updatedAt": "2025-10-01T00:00:00Z" });
        assert_eq!(created(updated), "2025-10-01T00:00:00.000000Z");
        assert_eq!(created(json!({ "createdAt": "?" })), "2026-01-14T10:00:00.000000Z");
    }

    #[test]
    fn an_entry_that_is_no_task_says_why() {
        for (bad, told) in [
            (json!("hunter2"), "it is not an object"),
            (entry(&json!({ "id": null })), "field 'id' is missing"),
            (entry(&json!({ "id": "  " })), "field 'id' is missing"),
            (entry(&json!({ "id": {} })), "field 'id' is missing"),
            (entry(&json!({ "title": 5 })), "field 'title' is missing"),
            (entry(&json!({ "title": " \u{0}\u{200b}" })), "field 'title' is missing"),
            (entry(&json!({ "type": "user" })), "it is not a task"),
        ] {
            assert_eq!(attempt(&bad).map(drop), Err(told.to_owned()), "{bad}");
        }
        let (_, long, losses) = attempt(&entry(&json!({ "title": "é".repeat(501) }))).expect("a task");
        assert_eq!((long.title.as_str().chars().count(), losses.into_iter().count()), (500, 1));
        let now = "2026-01-14T10:00:00Z".parse().expect("a time");
        let nobodys = task(&entry(&json!({})), None, now).map(drop);
        assert_eq!(nobodys, Err("it does not say whose it is; name the user with --user".to_owned()));
        let owner = UserId::new(Uuid::from_u128(9));
        let said = task(&entry(&json!({ "userId": owner.to_string() })), Some(ANN), now).expect("a task");
        assert_eq!(said.0, owner);
    }
}
