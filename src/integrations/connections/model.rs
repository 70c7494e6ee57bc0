//! What a connection to a service is, and how its state moves. Pure.

use serde::{Deserialize, Serialize};
use utoipa::openapi::ObjectBuilder;
use uuid::Uuid;

use super::settings::Settings;
use crate::{
    choice, described,
    kernel::{
        FromText, Id, Resource, Rule, Timestamp, UserId, field,
        text::{self, TextError},
    },
    outbound::providers::ProviderName,
    texts::Language,
};

pub type ConnectionId = Id<Connection>;

/// How many connections a user has at most.
pub const MAX_CONNECTIONS: usize = 20;

choice!(
    /// Which way changes go.
    Direction as "SyncDirection",
    Both = "both",
    /// Nothing is written there.
    In = "in",
    /// Nothing is taken.
    Out = "out",
);

choice!(
    /// How often it is looked at by schedule.
    Priority as "SyncPriority",
    High = "high",
    Normal = "normal",
    Low = "low",
);

choice!(
    /// How a connection stands.
    Status as "ConnectionStatus",
    /// No run has succeeded yet.
    Pending = "pending",
    Active = "active",
    /// By the person.
    Paused = "paused",
    /// The service does not take the credential any more.
    NeedsReauth = "needs_reauth",
    /// Much is missing there, and the person is to say what that means.
    Halted = "halted",
    /// Six runs in a row went wrong.
    Failed = "failed",
);

choice!(
    /// What is to become of the tasks whose items are missing there.
    Missing as "MissingItems",
    Delete = "delete",
    Recreate = "recreate",
);

choice!(
    /// What starts a run.
    Trigger as "SyncTrigger",
    Schedule = "schedule",
    Person = "person",
    Webhook = "webhook",
    Change = "change",
    First = "first",
    /// No run at all: the token is to be renewed before it expires.
    Token = "token",
);

choice!(
    /// What is wrong with a connection or a run.
    ProblemCode as "SyncProblem",
    WrongCredential = "wrong_credential",
    Forbidden = "forbidden",
    Unreachable = "unreachable",
    NotFound = "not_found",
    ChooseList = "choose_list",
    MassDeletion = "mass_deletion",
    Oscillating = "oscillating",
    Throttled = "throttled",
    Rejected = "rejected",
    AppMisconfigured = "app_misconfigured",
);

/// 1 to 64 characters, trimmed, on one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ConnectionName(String);

described!(ConnectionName, "ConnectionName");

impl FromText for ConnectionName {
    fn schema() -> ObjectBuilder {
        field::text(1, 64)
    }

    fn from_text(text: &str) -> Result<Self, Rule> {
        match text::name(text, 64) {
            Ok(name) => Ok(Self(name.into())),
            Err(TextError::Empty) => Err(Rule::field("cannot be empty")),
            Err(TextError::TooLong(_)) => Err(Rule::field("cannot be longer than 64 characters")),
            Err(TextError::ControlCharacter) => Err(Rule::field("must not contain control characters")),
        }
    }
}

/// What a service is called, for people.
pub const fn name_of(provider: ProviderName) -> &'static str {
    match provider {
        ProviderName::Github => "GitHub",
        ProviderName::Todoist => "Todoist",
        ProviderName::MicrosoftTodo => "Microsoft To Do",
        ProviderName::Caldav => "CalDAV",
    }
}

impl ConnectionName {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// That of a connection that nobody named.
    pub fn usual(provider: ProviderName) -> Self {
        Self(name_of(provider).to_owned())
    }
}

/// What is wrong, in the language that the person had when it went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    pub code: ProblemCode,
    pub language: Language,
    /// How many items are missing, and of how many, where it is that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<[u32; 2]>,
}

/// A connection: what a person sets, and how it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    pub id: ConnectionId,
    pub user_id: UserId,
    /// Which of the user's it is; never given again.
    pub number: u16,
    pub name: ConnectionName,
    pub settings: Settings,
    pub direction: Direction,
    pub priority: Priority,
    /// How it stands apart from being paused; never `Paused` itself.
    pub condition: Status,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub paused: bool,
    pub problem: Option<Problem>,
    pub created_at: Timestamp,
    /// When its status changed last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stands_since: Option<Timestamp>,
    /// When something was set or its status changed.
    pub updated_at: Option<Timestamp>,
    /// The operation that did so last. What is wrong comes and goes without it.
    pub version: Uuid,
}

/// When and by which operation a connection changes.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    pub now: Timestamp,
    pub op: Uuid,
}

impl Connection {
    pub fn provider(&self) -> ProviderName {
        self.settings.provider()
    }

    pub fn status(&self) -> Status {
        if self.paused { Status::Paused } else { self.condition }
    }

    /// Whether runs take place, given a credential.
    pub fn runs(&self) -> bool {
        matches!(self.status(), Status::Pending | Status::Active | Status::Failed)
    }

    /// In another condition, with what is wrong in it.
    #[must_use]
    pub fn moved(&self, condition: Status, problem: Option<Problem>, moment: Moment) -> Self {
        self.stamped(Self { condition, problem, ..self.clone() }, moment)
    }

    #[must_use]
    pub fn with_pause(&self, paused: bool, moment: Moment) -> Self {
        self.stamped(Self { paused, ..self.clone() }, moment)
    }

    /// Once the service has a new credential of the person's.
    #[must_use]
    pub fn reauthorized(&self, moment: Moment) -> Self {
        let condition = match self.condition {
            Status::NeedsReauth | Status::Failed => Status::Active,
            other => other,
        };
        let problem = self.problem.filter(|_| condition == Status::Halted);
        self.moved(condition, problem, moment)
    }

    /// What it became, which is another version unless only what is wrong differs.
    fn stamped(&self, changed: Self, Moment { now, op }: Moment) -> Self {
        if self.status() == changed.status() {
            return changed;
        }
        Self { stands_since: Some(now), updated_at: Some(now), version: op, ..changed }
    }

    /// With what a person sets, which is another version when that differs.
    #[must_use]
    pub fn set(&self, name: ConnectionName, settings: Settings, direction: Direction, priority: Priority, at: Moment) -> Self {
        let changed = Self { name, settings, direction, priority, ..self.clone() };
        if changed == *self { changed } else { Self { updated_at: Some(at.now), version: at.op, ..changed } }
    }
}

impl Resource for Connection {
    const NOUN: &'static str = "Connection";
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn connection() -> Connection {
        let settings = Settings::read(ProviderName::Todoist, json!({}).as_object().expect("members")).expect("settings");
        Connection {
            id: Id::new(Uuid::from_u128(1)),
            user_id: Id::new(Uuid::from_u128(2)),
            number: 1,
            name: ConnectionName::usual(ProviderName::Todoist),
            settings,
            direction: Direction::Both,
            priority: Priority::Normal,
            condition: Status::Active,
            paused: false,
            problem: None,
            created_at: Timestamp::from_micros(0),
            stands_since: None,
            updated_at: None,
            version: Uuid::from_u128(3),
        }
    }

    const LATER: Moment = Moment { now: Timestamp::from_micros(5), op: Uuid::from_u128(4) };

    #[test]
    fn the_version_follows_the_status_and_not_what_is_wrong() {
        let was = connection();
        let problem = Problem { code: ProblemCode::Unreachable, language: Language::En, missing: None };
        let ill = was.moved(Status::Active, Some(problem), LATER);
        assert_eq!((ill.version, ill.updated_at, ill.problem), (was.version, None, Some(problem)));
        let failed = ill.moved(Status::Failed, Some(problem), LATER);
        assert_eq!((failed.version, failed.updated_at, failed.stands_since), (LATER.op, Some(LATER.now), Some(LATER.now)));
        let again = failed.reauthorized(LATER);
        assert_eq!((again.condition, again.problem), (Status::Active, None));
    }

    #[test]
    fn a_pause_hides_the_condition_and_gives_it_back() {
        for (condition, runs) in [
            (Status::Pending, true),
            (Status::Active, true),
            (Status::Failed, true),
            (Status::Halted, false),
            (Status::NeedsReauth, false),
        ] {
            let was = Connection { condition, ..connection() };
            let paused = was.with_pause(true, LATER);
            assert_eq!((paused.status(), paused.runs(), was.runs()), (Status::Paused, false, runs));
            assert_eq!(paused.with_pause(false, LATER).status(), condition);
        }
        let halted = Connection { condition: Status::Halted, ..connection() };
        assert_eq!(halted.reauthorized(LATER).condition, Status::Halted);
    }

    #[test]
    fn setting_the_same_is_the_same_version() {
        let was = connection();
        let same = was.set(was.name.clone(), was.settings.clone(), was.direction, was.priority, LATER);
        assert_eq!(same, was);
        let other = was.set(was.name.clone(), was.settings.clone(), Direction::In, was.priority, LATER);
        assert_eq!((other.version, other.direction, other.stands_since), (LATER.op, Direction::In, None));
    }
}
