//! What callers send of connections.

use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{
    given::{self, ConnectionPatch, NewConnection},
    model::{Connection, ConnectionName, Direction, Missing, Priority},
    settings::Settings,
};
use crate::{
    kernel::{Ctx, Nullable, Owner, Result, UserId, nullable::given as is_given},
    outbound::providers::ProviderName,
    web::{Change, Field, Whose},
};

/// A connection to be made.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({ "provider": "github", "settings": { "repositories": ["octo/app"], "tag": "github" },
    "credential": { "token": "a token of yours" }, "user_id": "0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b" }))]
pub struct CreateConnectionBody {
    #[schema(value_type = ProviderName, inline)]
    provider: Field<ProviderName>,
    /// What the service is called, when left out.
    #[schema(value_type = Option<ConnectionName>)]
    name: Option<Field<ConnectionName>>,
    /// By the service; those that it does not have are refused. See docs/API.md.
    #[serde(default)]
    #[schema(value_type = Object)]
    settings: Map<String, Value>,
    #[schema(value_type = Option<Direction>, inline)]
    direction: Option<Field<Direction>>,
    #[schema(value_type = Option<Priority>, inline)]
    priority: Option<Field<Priority>>,
    /// `{"token"}`, or `{"username", "password"}` for caldav; without one you are asked for your consent at the service.
    #[schema(value_type = Option<Object>)]
    credential: Option<Map<String, Value>>,
    /// You, when it is said.
    #[schema(value_type = Option<UserId>)]
    user_id: Option<Field<Whose<Connection>>>,
}

impl CreateConnectionBody {
    /// Errors: `Forbidden` for anybody else.
    pub fn owner(&self, ctx: &Ctx) -> Result<Owner> {
        Whose::alone(self.user_id.as_ref(), ctx)
    }

    /// Errors: `InvalidField`.
    pub fn new_connection(self) -> Result<NewConnection> {
        let provider = self.provider.0;
        Ok(NewConnection {
            name: self.name.map(|Field(name)| name),
            settings: Settings::read(provider, &self.settings)?,
            direction: self.direction.map_or(Direction::Both, |Field(direction)| direction),
            priority: self.priority.map_or(Priority::Normal, |Field(priority)| priority),
            credential: self.credential.map(|members| given::credential(provider, &members)).transpose()?,
        })
    }
}

/// What to change of a connection. Null puts the default back.
#[derive(Default, Deserialize, ToSchema)]
#[schema(example = json!({ "name": "Work", "priority": "high", "settings": { "tag": null } }))]
pub struct UpdateConnectionBody {
    #[serde(default, deserialize_with = "is_given")]
    #[schema(value_type = Option<ConnectionName>)]
    name: Option<Nullable<Field<ConnectionName>>>,
    #[serde(default, deserialize_with = "is_given")]
    #[schema(value_type = Option<Direction>, inline)]
    direction: Option<Nullable<Field<Direction>>>,
    #[serde(default, deserialize_with = "is_given")]
    #[schema(value_type = Option<Priority>, inline)]
    priority: Option<Nullable<Field<Priority>>>,
    /// Those that are given.
    #[serde(default)]
    #[schema(value_type = Object)]
    settings: Change<Map<String, Value>>,
    /// Takes the place of the one before, as a whole.
    #[serde(default)]
    #[schema(value_type = Object)]
    credential: Change<Map<String, Value>>,
}

impl UpdateConnectionBody {
    pub fn patch(self) -> ConnectionPatch {
        ConnectionPatch {
            name: self.name.map(bare),
            direction: self.direction.map(bare),
            priority: self.priority.map(bare),
            settings: self.settings.0,
            credential: self.credential.0,
        }
    }
}

fn bare<T>(Nullable(value): Nullable<Field<T>>) -> Nullable<T> {
    Nullable(value.map(|Field(value)| value))
}

/// What is to become of the tasks whose items are missing at the service.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(example = json!({ "missing": "recreate" }))]
pub struct ResumeConnectionBody {
    /// `delete` puts them into the trash, `recreate` makes the items again. Needed where the connection is halted.
    #[serde(default)]
    #[schema(value_type = Option<Missing>, inline)]
    pub missing: Option<Field<Missing>>,
}
