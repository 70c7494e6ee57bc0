//! What a connection is set to, by its service: which members there are, how each is read, and what they cover. Pure.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use url::Url;
use utoipa::openapi::ObjectBuilder;

use crate::{
    choice,
    kernel::{
        Error, FromText, Result, Rule,
        field::{self},
        text,
    },
    outbound::providers::ProviderName,
    work::tasks::model::Tag,
};

/// How many repositories a connection has at most.
const MAX_REPOSITORIES: usize = 20;

/// Which tasks of the person's go out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outgoing {
    All,
    None,
    /// Those that have it.
    Tag(Tag),
}

choice!(
    /// Whose issues come in.
    Assigned as "AssignedIssues",
    Anyone = "anyone",
    Me = "me",
);

/// The settings of a connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    pub outgoing: Outgoing,
    /// What tasks that come in are tagged with.
    #[serde(default)]
    pub tag: Option<Tag>,
    #[serde(flatten)]
    pub service: Service,
}

/// What is covered at the service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "provider", rename_all = "snake_case")]
pub enum Service {
    Github {
        repositories: Vec<Repository>,
        /// Where tasks become issues.
        new_in: Option<Repository>,
        assigned: Assigned,
    },
    /// A project; without one, all of them come in, and tasks go to the inbox.
    Todoist { list: Option<ListId> },
    /// A list; without one, the default list.
    MicrosoftTodo { list: Option<ListId> },
    /// The server, the principal or the calendar; the name or address of a calendar, where there are several.
    Caldav { url: Address, list: Option<ListId> },
}

/// Such as `owner/name`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Repository(String);

/// What a service calls a list, in 1 to 512 characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ListId(String);

/// An absolute `http` or `https` address without a user, at most 2048 characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Address(String);

impl Repository {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn is_same(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl ListId {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Address {
    /// `None` only for what is stored and damaged.
    pub fn url(&self) -> Option<Url> {
        Url::parse(&self.0).ok()
    }
}

impl FromText for Repository {
    fn schema() -> ObjectBuilder {
        field::text(3, 140)
    }

    fn from_text(text: &str) -> Result<Self, Rule> {
        const RULE: Rule = Rule::field("must be a repository such as owner/name");
        let (owner, name) = text.split_once('/').ok_or(RULE)?;
        let all = |text: &str, max: usize, more: &str| {
            (1..=max).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric() || more.contains(c))
        };
        if all(owner, 39, "-") && all(name, 100, "-_.") && !matches!(name, "." | "..") {
            Ok(Self(text.to_owned()))
        } else {
            Err(RULE)
        }
    }
}

impl FromText for ListId {
    fn schema() -> ObjectBuilder {
        field::text(1, 512)
    }

    fn from_text(text: &str) -> Result<Self, Rule> {
        let list = text::name(text, 512).map_err(|_| Rule::field("must be 1 to 512 characters on one line"))?;
        Ok(Self(list.to_owned()))
    }
}

impl FromText for Address {
    fn schema() -> ObjectBuilder {
        field::text(1, 2048)
    }

    fn from_text(text: &str) -> Result<Self, Rule> {
        let url = Url::parse(text.trim()).map_err(|_| Rule::field("must be an address such as https://dav.example.org/"))?;
        if !matches!(url.scheme(), "http" | "https") || url.host().is_none() || url.as_str().len() > 2048 {
            return Err(Rule::field("must be an address such as https://dav.example.org/"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Rule::field("must not have a user or password in it"));
        }
        if url.fragment().is_some() {
            return Err(Rule::field("must not have a fragment"));
        }
        Ok(Self(url.into()))
    }
}

/// A member of the settings, for people.
#[derive(Debug, Clone, Copy)]
pub struct Member {
    pub name: &'static str,
    pub kind: &'static str,
    pub required: bool,
    /// What holds where it is left out; `None` for null.
    pub default: Option<&'static str>,
}

const fn member(name: &'static str, kind: &'static str, required: bool, default: Option<&'static str>) -> Member {
    Member { name, kind, required, default }
}

const TAG: Member = member("tag", "tag", false, None);
const LIST: Member = member("list", "list", false, None);
const ALL_GO_OUT: Member = member("outgoing", "outgoing", false, Some("all"));

const OF_GITHUB: [Member; 5] = [
    member("outgoing", "outgoing", false, Some("none")),
    TAG,
    member("repositories", "repositories", true, None),
    member("new_in", "repository", false, None),
    member("assigned", "anyone|me", false, Some("anyone")),
];
const OF_LISTS: [Member; 3] = [ALL_GO_OUT, TAG, LIST];
const OF_CALDAV: [Member; 4] = [ALL_GO_OUT, TAG, member("url", "address", true, None), LIST];

/// The members that the settings of a service have.
pub const fn members(provider: ProviderName) -> &'static [Member] {
    match provider {
        ProviderName::Github => &OF_GITHUB,
        ProviderName::Todoist | ProviderName::MicrosoftTodo => &OF_LISTS,
        ProviderName::Caldav => &OF_CALDAV,
    }
}

impl Settings {
    pub const fn provider(&self) -> ProviderName {
        match self.service {
            Service::Github { .. } => ProviderName::Github,
            Service::Todoist { .. } => ProviderName::Todoist,
            Service::MicrosoftTodo { .. } => ProviderName::MicrosoftTodo,
            Service::Caldav { .. } => ProviderName::Caldav,
        }
    }

    /// Reads the members that a caller gives; null is as good as none. Errors: `InvalidField`, naming the member.
    pub fn read(provider: ProviderName, given: &Map<String, Value>) -> Result<Self> {
        let known = members(provider);
        if let Some(unknown) = given.keys().find(|name| known.iter().all(|member| member.name != **name)) {
            let shown: String = unknown.chars().filter(|c| !c.is_control()).take(64).collect();
            return Err(Rule::field("is not a setting of this service").of_field(&path(&shown)));
        }
        let read = Members(given);
        let service = match provider {
            ProviderName::Github => {
                let repositories = read.repositories()?;
                let new_in: Option<Repository> = read.text("new_in")?;
                if new_in.as_ref().is_some_and(|new| !repositories.iter().any(|one| one.is_same(new))) {
                    return Err(Rule::field("must be one of the repositories").of_field(&path("new_in")));
                }
                Service::Github { repositories, new_in, assigned: read.text("assigned")?.unwrap_or(Assigned::Anyone) }
            }
            ProviderName::Todoist => Service::Todoist { list: read.text("list")? },
            ProviderName::MicrosoftTodo => Service::MicrosoftTodo { list: read.text("list")? },
            ProviderName::Caldav => {
                let required = || Rule::field("is required").of_field(&path("url"));
                Service::Caldav { url: read.text("url")?.ok_or_else(required)?, list: read.text("list")? }
            }
        };
        let usual = if provider == ProviderName::Github { Outgoing::None } else { Outgoing::All };
        let outgoing = read.outgoing()?.unwrap_or(usual);
        if outgoing != Outgoing::None && matches!(service, Service::Github { new_in: None, .. }) {
            return Err(Rule::field("is required where tasks go out").of_field(&path("new_in")));
        }
        Ok(Self { outgoing, tag: read.text("tag")?, service })
    }

    /// With the given members in the place of their own; null puts the default back. Errors: those of [`Self::read`].
    pub fn patched(&self, given: &Map<String, Value>) -> Result<Self> {
        let mut merged = self.shown()?;
        merged.extend(given.clone());
        Self::read(self.provider(), &merged)
    }

    /// As callers see them. Errors: `Internal`.
    pub fn shown(&self) -> Result<Map<String, Value>> {
        match serde_json::to_value(self).map_err(Error::internal)? {
            Value::Object(mut members) => {
                members.remove("provider");
                Ok(members)
            }
            _ => Err(Error::internal("settings that are no object")),
        }
    }

    /// Whether something at the service would be covered by both, given the same account.
    pub fn overlap(&self, other: &Self) -> bool {
        match (&self.service, &other.service) {
            (Service::Github { repositories: own, .. }, Service::Github { repositories: others, .. }) => {
                own.iter().any(|one| others.iter().any(|other| one.is_same(other)))
            }
            (Service::Todoist { list: own }, Service::Todoist { list: other }) => {
                own.is_none() || other.is_none() || own == other
            }
            (Service::MicrosoftTodo { list: own }, Service::MicrosoftTodo { list: other }) => own == other,
            (Service::Caldav { url: own, list }, Service::Caldav { url: other, list: others }) => own == other && list == others,
            _ => false,
        }
    }

    /// The address that the person gave, where the service is wherever that says.
    pub fn address(&self) -> Option<&Address> {
        match &self.service {
            Service::Caldav { url, .. } => Some(url),
            _ => None,
        }
    }
}

fn path(name: &str) -> String {
    format!("settings.{name}")
}

/// The members that a caller gives.
struct Members<'a>(&'a Map<String, Value>);

impl Members<'_> {
    fn text<T: FromText>(&self, name: &str) -> Result<Option<T>> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => text_of(value, &path(name)).map(Some),
        }
    }

    fn outgoing(&self) -> Result<Option<Outgoing>> {
        let rule = || Rule::field("must be \"all\", \"none\" or {\"tag\": …}").of_field(&path("outgoing"));
        match self.0.get("outgoing") {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text == "all" => Ok(Some(Outgoing::All)),
            Some(Value::String(text)) if text == "none" => Ok(Some(Outgoing::None)),
            Some(Value::Object(members)) if members.len() == 1 => {
                let tag = members.get("tag").ok_or_else(rule)?;
                Ok(Some(Outgoing::Tag(text_of(tag, &path("outgoing.tag"))?)))
            }
            Some(_) => Err(rule()),
        }
    }

    fn repositories(&self) -> Result<Vec<Repository>> {
        let path = path("repositories");
        let items = match self.0.get("repositories") {
            None | Some(Value::Null) => return Err(Rule::field("is required").of_field(&path)),
            Some(Value::Array(items)) if (1..=MAX_REPOSITORIES).contains(&items.len()) => items,
            Some(_) => return Err(Rule::field("must be a list of 1 to 20 repositories").of_field(&path)),
        };
        let mut read: Vec<Repository> = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let at = format!("{path}[{index}]");
            let repository: Repository = text_of(item, &at)?;
            if read.iter().any(|earlier| earlier.is_same(&repository)) {
                return Err(Rule::field("is the same as one before it").of_field(&at));
            }
            read.push(repository);
        }
        Ok(read)
    }
}

fn text_of<T: FromText>(value: &Value, path: &str) -> Result<T> {
    let wrong = || Rule::field("is missing or of the wrong type").of_field(path);
    T::from_text(value.as_str().ok_or_else(wrong)?).map_err(|rule| rule.of_field(path))
}

#[cfg(test)]
mod tests;
