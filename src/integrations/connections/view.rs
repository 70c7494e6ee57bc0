//! Connections, runs, conflicts and services as callers see them.

use serde::Serialize;
use serde_json::{
    Map, Value,
    value::{RawValue, to_raw_value},
};
use utoipa::ToSchema;

use super::{
    model::{Connection, ConnectionId, ConnectionName, Direction, Priority, Problem, ProblemCode, Status, Trigger, name_of},
    overview::Stands,
    run::{Conflict, ConflictField, ConflictId, Edited, LinkCounts, Run, RunCounts, RunId, RunResult},
    service::Shown,
    settings::{Member, members},
    steps::{Step, Steps},
};
use crate::{
    integrations::credentials::view::CredentialView,
    kernel::{Error, Result, Timestamp, UserId},
    outbound::providers::{Field, ProviderName},
    texts::{self, Arg, Language},
    work::tasks::{model::TaskId, view::TaskView},
};

/// What is wrong.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProblemView)]
pub struct ProblemView {
    #[schema(inline)]
    code: ProblemCode,
    /// The stable name of the text.
    key: String,
    /// In the language that the settings had when it went wrong.
    text: String,
    /// How many items are missing, where it is that; and of how many.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    gone: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    of: Option<u32>,
}

impl From<&Problem> for ProblemView {
    fn from(problem: &Problem) -> Self {
        let key = format!("connection_{}", problem.code.name());
        let [gone, of] = problem.missing.map_or([None; 2], |missing| missing.map(Some));
        let number = |count: Option<u32>| Arg::Number(count.unwrap_or_default().into());
        let args: &[_] =
            if problem.code == ProblemCode::MassDeletion { &[("gone", number(gone)), ("of", number(of))] } else { &[] };
        Self { code: problem.code, text: texts::text(problem.language, &key, args), key, gone, of }
    }
}

/// What a person sets of a connection, and how it stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConnectionView<'a> {
    id: ConnectionId,
    user_id: UserId,
    #[schema(inline)]
    provider: ProviderName,
    name: &'a ConnectionName,
    /// By the service; see docs/API.md.
    #[schema(value_type = Object)]
    settings: Map<String, Value>,
    #[schema(inline)]
    direction: Direction,
    #[schema(inline)]
    priority: Priority,
    #[schema(inline)]
    status: Status,
    problem: Option<ProblemView>,
    created_at: Timestamp,
    updated_at: Option<Timestamp>,
}

impl<'a> ConnectionView<'a> {
    fn of(of: &'a Connection) -> Result<Self> {
        Ok(Self {
            id: of.id,
            user_id: of.user_id,
            provider: of.provider(),
            name: &of.name,
            settings: of.settings.shown()?,
            direction: of.direction,
            priority: of.priority,
            status: of.status(),
            problem: of.problem.as_ref().map(ProblemView::from),
            created_at: of.created_at,
            updated_at: of.updated_at,
        })
    }
}

/// Shows a stored connection without what runs change.
pub fn render(body: &str) -> Result<Box<RawValue>> {
    let connection: Connection = serde_json::from_str(body)
        .map_err(|e| Error::internal(format!("a connection that cannot be read at column {}", e.column())))?;
    to_raw_value(&ConnectionView::of(&connection)?).map_err(Error::internal)
}

/// A connection with its credential, as far as that is shown, and what runs change of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({ "id": "0193c7a8-9d1c-7e44-b5a0-3f2e1d0c9b8a", "user_id": "0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b",
    "provider": "github", "name": "Work", "settings": { "outgoing": "none", "tag": "github", "repositories": ["octo/app"],
    "new_in": null, "assigned": "anyone" }, "direction": "both", "priority": "normal", "status": "active", "problem": null,
    "created_at": "2026-01-14T10:15:30.123456Z", "updated_at": "2026-01-14T10:15:32.123456Z",
    "credential": { "kind": "token", "account": "ann", "scopes": [], "expires_at": null, "set_at": "2026-01-14T10:15:30.123456Z" },
    "last_run": null, "next_run": "2026-01-14T14:15:32.123456Z",
    "counts": { "linked": 12, "waiting": 0, "conflicts": 1, "failed": 0 } }))]
pub struct FullConnectionView<'a> {
    #[serde(flatten)]
    connection: ConnectionView<'a>,
    credential: Option<CredentialView<'a>>,
    /// Where to ask for the address at which you consent, while that is wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    authorize_url: Option<String>,
    /// The last one that is finished.
    last_run: Option<RunView<'a>>,
    next_run: Option<Timestamp>,
    counts: LinkCounts,
}

impl<'a> FullConnectionView<'a> {
    /// `public_url`: where people reach this program.
    pub fn of(shown: &'a Shown, public_url: &str) -> Result<Self> {
        let connection = &shown.connection;
        Ok(Self {
            connection: ConnectionView::of(connection)?,
            credential: shown.credential.as_ref().map(CredentialView::from),
            authorize_url: shown.wants_consent().then(|| authorize_url(connection, public_url)),
            last_run: shown.state.as_ref().and_then(|state| state.last_run.as_ref()).map(RunView::from),
            next_run: shown.state.as_ref().and_then(|state| state.next_run),
            counts: shown.counts,
        })
    }

    /// As it was made, so that a repetition says the same.
    pub fn made(connection: &'a Connection, credential: Option<CredentialView<'a>>, public_url: &str) -> Result<Self> {
        Ok(Self {
            connection: ConnectionView::of(connection)?,
            authorize_url: credential.is_none().then(|| authorize_url(connection, public_url)),
            next_run: credential.as_ref().map(|_| connection.created_at),
            credential,
            last_run: None,
            counts: LinkCounts::default(),
        })
    }
}

fn authorize_url(connection: &Connection, public_url: &str) -> String {
    format!("{public_url}/api/connections/{}/authorize", connection.id)
}

/// A run of a connection.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SyncRunView, example = json!({ "id": "0193c7a8-a2b3-7c4d-9e5f-6a7b8c9d0e1f", "trigger": "schedule",
    "started_at": "2026-01-14T10:15:30.123456Z", "finished_at": "2026-01-14T10:15:32.123456Z", "result": "ok",
    "counts": { "seen": 3, "created": 1, "updated": 2, "deleted": 0, "pushed": 1, "conflicts": 0, "failed": 0 },
    "problem": null, "full": false, "correlation_id": "0193c7a8-a2b3-7c4d-9e5f-6a7b8c9d0e1e" }))]
pub struct RunView<'a> {
    id: RunId,
    #[schema(inline)]
    trigger: Trigger,
    started_at: Timestamp,
    /// Null while it is under way, and so is `result`.
    finished_at: Option<Timestamp>,
    #[schema(inline)]
    result: Option<RunResult>,
    counts: RunCounts,
    problem: Option<ProblemView>,
    /// Whether everything that is there was looked through.
    full: bool,
    correlation_id: &'a str,
}

impl<'a> From<&'a Run> for RunView<'a> {
    fn from(run: &'a Run) -> Self {
        Self {
            id: run.id,
            trigger: run.trigger,
            started_at: run.started_at,
            finished_at: run.finished_at,
            result: run.result,
            counts: run.counts,
            problem: run.problem.as_ref().map(ProblemView::from),
            full: run.full,
            correlation_id: &run.correlation_id,
        }
    }
}

/// How somebody's connection stands, for whoever operates the program.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({ "provider": "todoist", "status": "active", "problem": null, "counts": { "linked": 12, "waiting": 0, "failed": 0 },
    "created_at": "2026-01-14T10:15:30.123456Z", "last_run": "2026-01-14T14:15:30.123456Z", "next_run": "2026-01-14T18:15:30.123456Z" }))]
pub struct StandsView<'a> {
    #[schema(inline)]
    provider: ProviderName,
    #[schema(inline)]
    status: Status,
    /// The code of what is wrong.
    problem: Option<ProblemCode>,
    counts: StandsCounts,
    created_at: Timestamp,
    last_run: Option<Timestamp>,
    next_run: Option<Timestamp>,
    /// Of `todoist`, where this server is known there: the address that the operator enters as that of the app's webhooks.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    webhook_url: Option<&'a str>,
}

/// How many tasks are linked, of how many something waits to be written, and with how many that has failed.
#[derive(Debug, Serialize, ToSchema)]
struct StandsCounts {
    linked: u32,
    waiting: u32,
    failed: u32,
}

impl<'a> From<&'a Stands> for StandsView<'a> {
    fn from(of: &'a Stands) -> Self {
        let LinkCounts { linked, waiting, failed, .. } = of.counts;
        Self {
            provider: of.connection.provider(),
            status: of.connection.status(),
            problem: of.connection.problem.map(|problem| problem.code),
            counts: StandsCounts { linked, waiting, failed },
            created_at: of.connection.created_at,
            last_run: of.last_run,
            next_run: of.next_run,
            webhook_url: of.webhook_url.as_deref(),
        }
    }
}

/// What one commit of a run did.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SyncStepsView, example = json!({ "at": "2026-01-14T10:15:31.123456Z", "steps": [
    { "task_id": "0193c7a8-9d1c-7e44-b5a0-3f2e1d0c9b8b", "did": "item_updated", "fields": ["title"], "from": "7", "to": "8" }] }))]
pub struct StepsView<'a> {
    at: Timestamp,
    steps: &'a [Step],
}

impl<'a> From<&'a Steps> for StepsView<'a> {
    fn from(of: &'a Steps) -> Self {
        Self { at: of.at, steps: &of.steps }
    }
}

/// An edit that was overwritten by another.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SyncConflictView, example = json!({ "id": "0193c7a8-a2b3-7c4d-9e5f-6a7b8c9d0e1f",
    "connection_id": "0193c7a8-9d1c-7e44-b5a0-3f2e1d0c9b8a", "task_id": "0193c7a8-9d1c-7e44-b5a0-3f2e1d0c9b8b", "field": "title",
    "kept": { "side": "remote", "value": "Write the report", "at": "2026-01-14T10:15:30.000000Z" },
    "lost": { "side": "local", "value": "Write a report", "at": "2026-01-14T10:14:00.123456Z" },
    "created_at": "2026-01-14T10:16:00.123456Z", "expires_at": "2026-02-13T10:16:00.123456Z", "restored_at": null }))]
pub struct ConflictView<'a> {
    id: ConflictId,
    connection_id: ConnectionId,
    task_id: TaskId,
    #[schema(inline)]
    field: ConflictField,
    kept: &'a Edited,
    lost: &'a Edited,
    created_at: Timestamp,
    expires_at: Timestamp,
    /// When the lost value was made an edit again.
    restored_at: Option<Timestamp>,
}

impl<'a> From<&'a Conflict> for ConflictView<'a> {
    fn from(conflict: &'a Conflict) -> Self {
        Self {
            id: conflict.id,
            connection_id: conflict.connection_id,
            task_id: conflict.task_id,
            field: conflict.field,
            kept: &conflict.kept,
            lost: &conflict.lost,
            created_at: conflict.created_at,
            expires_at: conflict.expires_at(),
            restored_at: conflict.restored_at,
        }
    }
}

/// A conflict whose lost value is an edit again, and the task as it is now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RestoredConflictView)]
pub struct RestoredView<'a> {
    pub conflict: ConflictView<'a>,
    pub task: TaskView<'a>,
}

/// A service that can be connected.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({ "provider": "caldav", "name": "CalDAV", "available": true, "auth": ["basic"],
    "fields": ["title", "notes", "due", "completed"],
    "can": { "create": true, "delete": true, "webhooks": false, "conditional_writes": true },
    "settings": [{ "name": "url", "type": "address", "required": true, "default": null }], "note": null }))]
pub struct IntegrationView {
    #[schema(inline)]
    provider: ProviderName,
    name: &'static str,
    /// Whether it can be connected here.
    available: bool,
    /// By what right it lets us in, as far as that is set up here.
    auth: Vec<&'static str>,
    /// Of a task, what is kept equal there.
    #[schema(value_type = Vec<String>)]
    fields: &'static [Field],
    can: Abilities,
    settings: Vec<SettingView>,
    /// Where an edit can be lost.
    note: Option<NoteView>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = IntegrationAbilities)]
#[expect(clippy::struct_excessive_bools, reason = "each is a member that callers read")]
struct Abilities {
    create: bool,
    /// Where not, what is deleted here is closed there.
    delete: bool,
    webhooks: bool,
    conditional_writes: bool,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = IntegrationSettingView)]
struct SettingView {
    name: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    required: bool,
    /// What holds where it is left out.
    default: Option<&'static str>,
}

impl From<&Member> for SettingView {
    fn from(member: &Member) -> Self {
        Self { name: member.name, kind: member.kind, required: member.required, default: member.default }
    }
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = IntegrationNoteView)]
struct NoteView {
    key: &'static str,
    text: String,
}

impl IntegrationView {
    /// `takes_consent`: whether we are known at the service.
    pub fn of(provider: ProviderName, takes_consent: bool, language: Language) -> Self {
        let given = match provider {
            ProviderName::Github | ProviderName::Todoist => Some("token"),
            ProviderName::Caldav => Some("basic"),
            ProviderName::MicrosoftTodo => None,
        };
        let auth: Vec<_> = takes_consent.then_some("oauth").into_iter().chain(given).collect();
        let conditional_writes = provider == ProviderName::Caldav;
        let note = (!conditional_writes).then(|| {
            let key = "integration_edits_can_be_lost";
            NoteView { key, text: texts::text(language, key, &[]) }
        });
        Self {
            provider,
            name: name_of(provider),
            available: !auth.is_empty(),
            auth,
            fields: match provider {
                ProviderName::Github => &[Field::Title, Field::Notes, Field::Completed],
                _ => &[Field::Title, Field::Notes, Field::Due, Field::Completed],
            },
            can: Abilities {
                create: true,
                delete: provider != ProviderName::Github,
                webhooks: matches!(provider, ProviderName::Github | ProviderName::Todoist),
                conditional_writes,
            },
            settings: members(provider).iter().map(SettingView::from).collect(),
            note,
        }
    }
}

/// The page of a list, of which each is shown with an error in view.
pub fn page(page: &crate::kernel::Page<Shown>, public_url: &str) -> Result<Vec<u8>> {
    let views: Vec<_> = page.items.iter().map(|shown| FullConnectionView::of(shown, public_url)).collect::<Result<_>>()?;
    serde_json::to_vec(&views).map_err(Error::internal)
}
