//! The services that connections lead to.

use std::sync::Arc;

use chrono_tz::Tz;
use secrecy::ExposeSecret as _;

use crate::{
    config::ProvidersConfig,
    integrations::{
        connections::{
            model::{Connection, Trigger},
            settings::{Assigned, ListId, Service},
        },
        credentials::OpenedCredential,
        limits::{Asker, Limited, Limits, Urgency},
        opener::Opener,
    },
    kernel::Clock,
    outbound::{
        http::Outgoing,
        providers::{
            Failure, Provider,
            caldav::{self, Caldav},
            github::{self, Github},
            microsoft_todo::MicrosoftTodo,
            todoist::{self, Todoist},
        },
    },
};

/// The services that can be reached.
#[derive(Debug)]
pub struct Services {
    pub out: Arc<Outgoing>,
    pub limits: Arc<Limits>,
    pub clock: Arc<dyn Clock>,
    pub providers: ProvidersConfig,
}

impl Opener for Services {
    fn open(
        &self,
        connection: &Connection,
        credential: &OpenedCredential,
        zone: Tz,
        trigger: Trigger,
    ) -> Result<Arc<dyn Provider>, Failure> {
        let asker = Asker {
            provider: connection.provider(),
            connection: connection.id.uuid(),
            user: connection.user_id.uuid(),
            urgency: match trigger {
                Trigger::Person | Trigger::Change => Urgency::Person,
                Trigger::Schedule | Trigger::Webhook | Trigger::First | Trigger::Token => Urgency::Background,
            },
        };
        let out = Arc::new(Limited { out: Arc::clone(&self.out), limits: Arc::clone(&self.limits), asker });
        let clock = Arc::clone(&self.clock);
        let list = |list: &Option<ListId>| list.as_ref().map(|list| list.as_str().to_owned());
        Ok(match (&connection.settings.service, credential) {
            (Service::Github { repositories, new_in, assigned }, OpenedCredential::Token(token)) => {
                let settings = github::Settings {
                    repositories: repositories.iter().map(|repository| repository.as_str().to_owned()).collect(),
                    new_in: new_in.as_ref().map(|repository| repository.as_str().to_owned()),
                    assigned_to_me: *assigned == Assigned::Me,
                };
                Arc::new(Github::new(out, clock, self.providers.github.api_url.clone(), token.clone(), settings))
            }
            (Service::Todoist { list: wanted }, OpenedCredential::Token(token)) => {
                let settings = todoist::Settings { list: list(wanted) };
                Arc::new(Todoist::new(out, clock, self.providers.todoist.api_url.clone(), token.clone(), settings, zone))
            }
            (Service::MicrosoftTodo { list: wanted }, OpenedCredential::Token(token)) => {
                let base = self.providers.microsoft.graph_url.clone();
                Arc::new(MicrosoftTodo::new(out, clock, base, token.clone(), list(wanted), zone))
            }
            (Service::Caldav { url, list: wanted }, OpenedCredential::Basic { username, password }) => {
                let account = caldav::Account {
                    url: url.url().ok_or(Failure::AddressNotAllowed)?,
                    list: list(wanted),
                    username: username.expose_secret().to_owned(),
                    password: password.clone(),
                };
                Arc::new(Caldav::new(out, clock, account, zone))
            }
            _ => return Err(Failure::Unauthorized),
        })
    }
}
