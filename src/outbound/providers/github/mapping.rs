//! Issues as items. Pure.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize, de::IgnoredAny};
use uuid::Uuid;

use crate::{
    kernel::Timestamp,
    outbound::providers::{Creation, Edit, Item, Seen, version::version},
};

/// The longest title that an issue can have, in characters.
const LONGEST_TITLE: usize = 256;

/// An issue as the service shows it, or a pull request, which its lists have as well.
#[derive(Debug, Clone, Deserialize)]
pub struct Issue {
    pub node_id: String,
    pub number: u64,
    pub title: String,
    pub body: Option<String>,
    pub state: State,
    pub state_reason: Option<String>,
    pub updated_at: Timestamp,
    pub created_at: Timestamp,
    pub closed_at: Option<Timestamp>,
    pub html_url: String,
    #[serde(default)]
    pub assignees: Vec<Account>,
    pub pull_request: Option<IgnoredAny>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Open,
    Closed,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Account {
    pub login: String,
}

/// What is written of an issue. What is absent is left as it is.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Write {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<State>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state_reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub assignees: Vec<String>,
}

/// Which issue of which repository. The node tells it from another with its number in a repository that was made anew under the
/// same name.
#[derive(Debug, PartialEq, Eq)]
pub struct Address<'a> {
    pub repository: &'a str,
    pub number: u64,
    pub node: &'a str,
}

impl<'a> Address<'a> {
    pub fn parse(external_id: &'a str) -> Option<Self> {
        let (repository, rest) = external_id.split_once('#')?;
        let (number, node) = rest.split_once('@')?;
        Some(Self { repository, number: number.parse().ok()?, node })
    }
}

impl Issue {
    pub fn is_pull_request(&self) -> bool {
        self.pull_request.is_some()
    }

    /// Closed without having been done, which is as good as deleted.
    pub fn is_gone(&self) -> bool {
        self.state == State::Closed && matches!(self.state_reason.as_deref(), Some("not_planned" | "duplicate"))
    }

    /// Whether it is one of those that are wanted: all, or those of one account.
    pub fn concerns(&self, assignee: Option<&str>) -> bool {
        assignee.is_none_or(|login| self.assignees.iter().any(|account| account.login.eq_ignore_ascii_case(login)))
    }

    pub fn external_id(&self, repository: &str) -> String {
        format!("{repository}#{}@{}", self.number, self.node_id)
    }

    pub fn version(&self) -> String {
        let (body, reason) = (self.body.as_deref().unwrap_or_default(), self.state_reason.as_deref().unwrap_or_default());
        let state = if self.state == State::Open { "open" } else { "closed" };
        version(Some(self.updated_at), &[&self.title, body, state, reason])
    }

    /// The task that it was made for.
    pub fn key(&self) -> Option<Uuid> {
        self.body.as_deref()?.lines().rev().find_map(marked)
    }

    pub fn item(&self, repository: &str) -> Item {
        Item {
            external_id: self.external_id(repository),
            version: self.version(),
            title: self.title.clone(),
            notes: notes(self.body.as_deref().unwrap_or_default()),
            due: None,
            completed: self.state == State::Closed,
            completed_at: self.closed_at.filter(|_| self.state == State::Closed),
            updated_at: Some(self.updated_at),
            url: Some(self.html_url.clone()),
            key: self.key(),
            read_only: BTreeSet::new(),
        }
    }

    /// What a list tells of it; nothing of pull requests.
    pub fn seen(&self, repository: &str, assignee: Option<&str>) -> Option<Seen> {
        if self.is_pull_request() {
            return None;
        }
        Some(if self.is_gone() {
            Seen::Gone(self.external_id(repository))
        } else if self.concerns(assignee) {
            Seen::Item(Box::new(self.item(repository)))
        } else {
            Seen::Moved(self.external_id(repository))
        })
    }

    /// What to write so that the edit is in it. One that was closed as not planned is opened again unless the edit completes it.
    pub fn write(&self, edit: &Edit) -> Write {
        let completed = edit.completed.or_else(|| self.is_gone().then_some(None));
        Write {
            title: edit.title.as_deref().map(cut),
            body: edit.notes.as_deref().map(|notes| body(notes, self.key())),
            ..completed.map_or_else(Write::default, |completed| Write::completed(completed.is_some()))
        }
    }
}

impl Write {
    pub fn completed(completed: bool) -> Self {
        let (state, state_reason) = if completed { (State::Closed, Some("completed")) } else { (State::Open, None) };
        Self { state: Some(state), state_reason, ..Self::default() }
    }

    /// What takes the place of deleting, which the service has no request for.
    pub fn not_planned() -> Self {
        Self { state: Some(State::Closed), state_reason: Some("not_planned"), ..Self::default() }
    }

    pub fn new_issue(creation: &Creation, assignee: Option<&str>) -> Self {
        Self {
            title: Some(cut(&creation.title)),
            body: Some(body(&creation.notes, Some(creation.key))),
            assignees: assignee.map(str::to_owned).into_iter().collect(),
            ..Self::default()
        }
    }
}

fn cut(title: &str) -> String {
    title.chars().take(LONGEST_TITLE).collect()
}

/// The task that a line names.
fn marked(line: &str) -> Option<Uuid> {
    Uuid::try_parse(line.trim().strip_prefix("<!-- avanochi:")?.strip_suffix(" -->")?).ok()
}

/// A body without the line that names the task.
fn notes(body: &str) -> String {
    if !body.lines().any(|line| marked(line).is_some()) {
        return body.to_owned();
    }
    let kept: Vec<&str> = body.lines().filter(|line| marked(line).is_none()).collect();
    kept.join("\n").trim_end().to_owned()
}

/// Notes with the line that names the task, which comes last.
fn body(notes: &str, key: Option<Uuid>) -> String {
    let Some(key) = key else { return notes.to_owned() };
    let gap = if notes.is_empty() { "" } else { "\n\n" };
    format!("{notes}{gap}<!-- avanochi:{key} -->")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const KEY: Uuid = Uuid::from_u128(7);

    fn issue(change: &serde_json::Value) -> Issue {
        let mut issue = json!({
            "node_id": "I_1", "number": 12, "title": "Buy milk", "body": null, "state": "open", "state_reason": null,
            "created_at": "2026-01-01T08:00:00Z", "updated_at": "2026-01-02T08:00:00Z", "closed_at": null,
            "html_url": "https://github.com/o/r/issues/12", "assignees": [{"login": "Ada"}],
        });
        for (name, value) in change.as_object().expect("an object") {
            issue[name] = value.clone();
        }
        serde_json::from_value(issue).expect("an issue")
    }

    #[test]
    fn the_marker_is_in_the_body_and_not_in_the_notes() {
        for notes_of_ours in ["", "one line", "two\n\nlines", "<!-- a comment -->"] {
            let body = body(notes_of_ours, Some(KEY));
            assert_eq!(notes(&body), notes_of_ours);
            assert_eq!(issue(&json!({"body": body.replace('\n', "\r\n")})).key(), Some(KEY));
        }
        assert_eq!(body("theirs", None), "theirs");
        assert_eq!(notes("theirs  \r\nas it is\n"), "theirs  \r\nas it is\n");
        assert_eq!(notes(&format!("above\n<!-- avanochi:{KEY} -->\nbelow")), "above\nbelow");
        for none in ["<!-- avanochi:7 -->", "avanochi", "<!-- avanochi: -->"] {
            assert_eq!(issue(&json!({"body": none})).key(), None, "{none}");
        }
        assert_eq!(issue(&json!({})).key(), None);
    }

    #[test]
    fn notes_keep_the_marker_where_there_is_one() {
        let edit = Edit { notes: Some("new".to_owned()), ..Edit::default() };
        let marker = format!("<!-- avanochi:{KEY} -->");
        let ours = issue(&json!({"body": format!("old\n\n{marker}")}));
        assert_eq!(ours.write(&edit), Write { body: Some(format!("new\n\n{marker}")), ..Write::default() });
        assert_eq!(issue(&json!({"body": "old"})).write(&edit), Write { body: Some("new".to_owned()), ..Write::default() });
    }

    #[test]
    fn a_state_is_an_item_gone_or_elsewhere() {
        let id = || "o/r#12@I_1".to_owned();
        for (state, reason, gone, completed) in [
            ("open", None, false, false),
            ("open", Some("reopened"), false, false),
            ("closed", None, false, true),
            ("closed", Some("completed"), false, true),
            ("closed", Some("not_planned"), true, true),
            ("closed", Some("duplicate"), true, true),
            ("closed", Some("of another time"), false, true),
        ] {
            let issue = issue(&json!({"state": state, "state_reason": reason, "closed_at": "2026-01-02T08:00:00Z"}));
            assert_eq!(issue.is_gone(), gone, "{state} {reason:?}");
            let item = issue.item("o/r");
            assert_eq!((item.completed, item.completed_at.is_some()), (completed, completed));
            let seen = issue.seen("o/r", Some("ada"));
            assert_eq!(seen, Some(if gone { Seen::Gone(id()) } else { Seen::Item(Box::new(item)) }));
        }
        assert_eq!(issue(&json!({})).seen("o/r", Some("bob")), Some(Seen::Moved(id())));
        assert_eq!(issue(&json!({"pull_request": {"url": ""}})).seen("o/r", None), None);
    }

    #[test]
    fn what_is_written_is_what_was_edited() {
        assert_eq!(issue(&json!({})).write(&Edit::default()), Write::default());
        let title = "ä".repeat(300);
        let edit = Edit { title: Some(title), completed: Some(Some(Timestamp::from_micros(0))), ..Edit::default() };
        let write = issue(&json!({})).write(&edit);
        assert_eq!(write, Write { title: Some("ä".repeat(256)), ..Write::completed(true) });
        assert_eq!(
            serde_json::to_value(Write::completed(true)).expect("JSON"),
            json!({"state": "closed", "state_reason": "completed"})
        );
        // Whoever changes what was given up takes it up again.
        let gone = issue(&json!({"state": "closed", "state_reason": "not_planned"}));
        assert_eq!(gone.write(&Edit::default()), Write { state: Some(State::Open), ..Write::default() });
        assert_eq!(gone.write(&Edit { completed: Some(None), ..Edit::default() }).state, Some(State::Open));
    }

    #[test]
    fn an_id_is_an_address() {
        let id = issue(&json!({})).external_id("o/r");
        assert_eq!(Address::parse(&id), Some(Address { repository: "o/r", number: 12, node: "I_1" }));
        for bad in ["", "o/r", "o/r#12", "o/r#x@I_1", "12@I_1"] {
            assert_eq!(Address::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_change_within_the_second_is_another_version() {
        let versions = [
            json!({}),
            json!({"title": "Buy bread"}),
            json!({"body": "x"}),
            json!({"state": "closed"}),
            json!({"state_reason": "reopened"}),
            json!({"updated_at": "2026-01-02T08:00:01Z"}),
        ]
        .map(|change| issue(&change).version());
        assert_eq!(versions.iter().collect::<BTreeSet<_>>().len(), versions.len());
        // Comments, labels and assignees are nothing of ours; they move the time alone.
        assert_eq!(issue(&json!({"assignees": []})).version(), versions[0]);
    }
}
