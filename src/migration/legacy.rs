//! A document of the original, read as what it is here. Pure; says what is wrong with one, and never what is in it.

use serde_json::Value;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{
    details::{Details, Losses},
    members::{MAX_CLOCK_SKEW, Members, Read},
};
use crate::{
    accounts::auth::model::LoginName,
    kernel::{Id, Timestamp, UserId},
    work::tasks::model::Title,
};

/// The kinds of documents that the original had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LegacyKind {
    User,
    Task,
    WorkSession,
}

impl LegacyKind {
    /// Reads the `type`, in singular or plural, whatever its case and whatever separates its words.
    fn parse(text: &str) -> Option<Self> {
        let plain: String = text.chars().filter(char::is_ascii_alphabetic).collect::<String>().to_ascii_lowercase();
        match plain.strip_suffix('s').unwrap_or(&plain) {
            "user" => Some(Self::User),
            "task" => Some(Self::Task),
            "worksession" => Some(Self::WorkSession),
            _ => None,
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Task => "task",
            Self::WorkSession => "work session",
        }
    }
}

/// What a document says.
#[derive(Debug, Clone)]
pub enum Legacy {
    User(LegacyUser),
    Task { owner: UserId, task: LegacyTask, losses: Losses },
    WorkSession { owner: UserId, session: LegacySession },
}

#[derive(Clone)]
pub struct LegacyUser {
    pub id: UserId,
    pub login: LoginName,
    pub shown: Option<String>,
    /// 64 hexadecimal digits; `None` for a user who never had a password.
    pub password_hash: Option<String>,
    /// `None` when the document does not tell: the original's registration left it out.
    pub created_at: Option<Timestamp>,
    pub updated_at: Option<Timestamp>,
}

impl std::fmt::Debug for LegacyUser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LegacyUser").field("id", &self.id).finish_non_exhaustive()
    }
}

#[derive(Debug, Clone)]
pub struct LegacyTask {
    pub id: Uuid,
    pub title: Title,
    pub created_at: Timestamp,
    pub updated_at: Option<Timestamp>,
    pub completed_at: Option<Timestamp>,
    pub details: Details,
}

#[derive(Debug, Clone, Copy)]
pub struct LegacySession {
    pub id: Uuid,
    pub start_time: Timestamp,
    pub end_time: Option<Timestamp>,
}

/// Why a document cannot be taken: its kind, once known, and a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    pub kind: Option<LegacyKind>,
    pub reason: String,
}

/// Reads one document. Times long after `now` are taken for mistakes.
pub fn read(text: &[u8], now: Timestamp) -> Result<Legacy, Flaw> {
    let unknown = |reason: &str| Flaw { kind: None, reason: reason.into() };
    // The parser's own message may quote what it found.
    let value: Value = serde_json::from_slice(text).map_err(|_| unknown("it is not JSON"))?;
    let Value::Object(map) = value else { return Err(unknown("it is not an object")) };
    let members = Members { map: &map, latest: now.plus(MAX_CLOCK_SKEW) };
    let kind = members.kind().ok_or_else(|| unknown("its type is not user, task or work_session"))?;
    let read = match kind {
        LegacyKind::User => members.user().map(Legacy::User),
        LegacyKind::Task => members.task(),
        LegacyKind::WorkSession => members.session(),
    };
    read.map_err(|reason| Flaw { kind: Some(kind), reason })
}

/// The id here for an id there: a UUID is kept. For anything else, such as `user_123`, it is a UUID of version 8
/// (RFC 9562) whose bits are the first of SHA-256 over `avanochi import`, the kind and the id, each followed by a zero
/// byte: the same text always leads to the same id.
pub fn id_of(kind: LegacyKind, text: &str) -> Uuid {
    if let Some(id) = UserId::parse(text) {
        return id.uuid();
    }
    let digest = ["avanochi import", kind.as_str(), text]
        .iter()
        .fold(Sha256::new(), |hash, part| hash.chain_update(part).chain_update([0]));
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest.finalize()[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

impl Members<'_> {
    /// What `type` says.
    pub fn kind(self) -> Option<LegacyKind> {
        self.text("type").ok().flatten().and_then(LegacyKind::parse)
    }

    fn user(self) -> Read<LegacyUser> {
        let name = self.text("username")?.or(self.text("name")?).ok_or("field 'name' is missing")?;
        let login = LoginName::parse(name).map_err(|_| "field 'name' must be 1 to 64 characters on one line")?;
        let password_hash = match self.text("password_hash")? {
            None | Some("") => None,
            Some(hash) if hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_hexdigit()) => Some(hash.to_ascii_lowercase()),
            Some(_) => return Err("field 'password_hash' is not a SHA-256 in hexadecimal digits".into()),
        };
        Ok(LegacyUser {
            id: Id::new(self.id("id", LegacyKind::User)?),
            login,
            shown: self.text("name")?.map(str::to_owned),
            password_hash,
            created_at: self.time("created_at")?,
            updated_at: self.time("updated_at")?,
        })
    }

    fn task(self) -> Read<Legacy> {
        let title = self.text("title")?.ok_or("field 'title' is missing")?;
        let created_at = self.time("created_at")?.ok_or("field 'created_at' is missing")?;
        let updated_at = self.time("updated_at")?;
        let completed = match self.value("completed") {
            None => false,
            Some(Value::Bool(completed)) => *completed,
            Some(_) => return Err("field 'completed' is neither true nor false".into()),
        };
        let completed_at = self.time("completed_at")?.or(updated_at).unwrap_or(created_at);
        let mut losses = Losses::default();
        let task = LegacyTask {
            id: self.id("id", LegacyKind::Task)?,
            title: Title::parse(title).map_err(|_| "field 'title' must be 1 to 500 characters")?,
            created_at,
            updated_at,
            completed_at: completed.then_some(completed_at),
            details: Details::read(self, &mut losses),
        };
        Ok(Legacy::Task { owner: self.owner()?, task, losses })
    }

    fn session(self) -> Read<Legacy> {
        let start_time = self.time("start_time")?.ok_or("field 'start_time' is missing")?;
        let end_time = self.time("end_time")?;
        if end_time.is_some_and(|end| end < start_time) {
            return Err("it ends before it begins".into());
        }
        let session = LegacySession { id: self.id("id", LegacyKind::WorkSession)?, start_time, end_time };
        Ok(Legacy::WorkSession { owner: self.owner()?, session })
    }

    fn owner(self) -> Read<UserId> {
        Ok(Id::new(self.id("user_id", LegacyKind::User)?))
    }

    fn id(self, field: &str, kind: LegacyKind) -> Read<Uuid> {
        let text = self.text(field)?.filter(|text| !text.is_empty());
        text.map(|text| id_of(kind, text)).ok_or_else(|| format!("field '{field}' is missing"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn attempt(document: &Value) -> Result<Legacy, Flaw> {
        read(document.to_string().as_bytes(), "2025-12-31T00:00:00Z".parse().expect("a time"))
    }

    fn reason(document: &Value) -> String {
        attempt(document).expect_err("a flaw").reason
    }

    fn task(changes: &Value) -> Value {
        let mut document = json!({ "id": "t1", "type": "task", "user_id": "user_123", "title": "Write", "completed": false,
            "created_at": "2025-09-25T10:15:30.123456", "updated_at": null, "_rid": "x==", "_ts": 1_758_795_330 });
        document.as_object_mut().expect("an object").extend(changes.as_object().expect("an object").clone());
        document
    }

    #[test]
    fn the_kind_is_read_in_every_spelling_that_was_in_use() {
        for (text, kind) in [
            ("task", LegacyKind::Task),
            ("Tasks", LegacyKind::Task),
            ("work_session", LegacyKind::WorkSession),
            ("WorkSession", LegacyKind::WorkSession),
            ("work-sessions", LegacyKind::WorkSession),
            ("USER", LegacyKind::User),
        ] {
            assert_eq!(LegacyKind::parse(text), Some(kind), "{text}");
        }
        assert_eq!(LegacyKind::parse("achievement"), None);
        assert_eq!(LegacyKind::parse(""), None);
    }

    #[test]
    fn ids_that_are_no_uuids_lead_to_the_same_uuids_for_ever() {
        let uuid = "3b9f7b8e-6d7a-4e3f-a23c-5a0efb9b72c9";
        assert_eq!(id_of(LegacyKind::Task, uuid).to_string(), uuid);
        // Written down: whoever changes the rule makes a second copy of everything that was imported before.
        assert_eq!(id_of(LegacyKind::User, "user_123").to_string(), "8fad2040-3f1d-86d8-9187-f97c83a52240");
        assert_ne!(id_of(LegacyKind::User, "1"), id_of(LegacyKind::Task, "1"));
        assert_eq!(id_of(LegacyKind::Task, "1").get_version_num(), 8);
    }

    #[test]
    fn a_completed_task_has_the_best_time_that_is_known() {
        let completed_at = |changes: Value| match attempt(&task(&changes)) {
            Ok(Legacy::Task { task, .. }) => task.completed_at.map(|at| at.to_string()),
            other => panic!("{other:?}"),
        };
        assert_eq!(completed_at(json!({ "updated_at": "2025-09-26T00:00:00" })), None);
        let done = json!({ "completed": true });
        assert_eq!(completed_at(done).as_deref(), Some("2025-09-25T10:15:30.123456Z"));
        let updated = json!({ "completed": true, "updated_at": "2025-09-26T01:00:00+01:00" });
        assert_eq!(completed_at(updated).as_deref(), Some("2025-09-26T00:00:00.000000Z"));
    }

    #[test]
    fn a_flaw_names_the_field_and_shows_nothing_of_it() {
        for (changes, field) in [
            (json!({ "title": " " }), "'title'"),
            (json!({ "title": 5 }), "'title'"),
            (json!({ "title": null }), "'title'"),
            (json!({ "completed": "hunter2" }), "'completed'"),
            (json!({ "created_at": "hunter2" }), "'created_at'"),
            (json!({ "created_at": "1999-12-31T23:59:59" }), "'created_at'"),
            (json!({ "updated_at": "2026-01-01T00:00:01" }), "'updated_at'"),
            (json!({ "user_id": 123 }), "'user_id'"),
            (json!({ "user_id": "" }), "'user_id'"),
            (json!({ "id": null }), "'id'"),
        ] {
            let reason = reason(&task(&changes));
            assert!(reason.contains(field) && !reason.contains("hunter2"), "{reason}");
        }
        assert!(reason(&task(&json!({ "type": "hunter2" }))).starts_with("its type"));
        let negative = json!({ "id": "s", "type": "work_session", "user_id": "u", "start_time": "2025-01-01T10:00:00",
            "end_time": "2025-01-01T09:59:59" });
        assert_eq!(reason(&negative), "it ends before it begins");
        let user = json!({ "id": "u", "type": "user", "name": "Ann", "password_hash": "hunter2" });
        assert!(reason(&user).contains("'password_hash'"));
    }
}
