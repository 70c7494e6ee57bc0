//! Requests to the interface of Todoist: most of them reads or changes by way of one address.

use std::{collections::HashMap, sync::Arc};

use reqwest::Method;
use secrecy::SecretString;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use url::{Url, form_urlencoded};
use uuid::Uuid;

use super::mapping::{Command, Task};
use crate::{
    kernel::{Clock, Timestamp},
    outbound::{
        http::{Answer, Effect, Request, Sends},
        providers::Failure,
    },
};

/// As how many requests one for everything counts: of 1,000 requests in a quarter of an hour 100 may be such.
const FULL_SYNC: u32 = 10;

pub struct Client {
    pub out: Arc<dyn Sends>,
    pub clock: Arc<dyn Clock>,
    pub base: Url,
    pub token: SecretString,
}

/// What became of the commands of a request, in their order, and the ids of what they made.
pub struct Done {
    pub results: Vec<Result<(), Failure>>,
    pub ids: HashMap<Uuid, String>,
}

impl Client {
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn request(&self, effect: Effect, method: Method, path: &[&str]) -> Result<Request, Failure> {
        let mut url = self.base.clone();
        url.path_segments_mut().map_err(|()| Failure::AddressNotAllowed)?.pop_if_empty().extend(path);
        Request::new(effect, method, url).to_the_operators().bearer(&self.token)
    }

    async fn sync(&self, effect: Effect, units: u32, form: &[(&str, &str)]) -> Result<Answer, Failure> {
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = self.request(effect, Method::POST, &["sync"])?;
        self.out.send(request.counts_as(units).body("application/x-www-form-urlencoded", form.into_bytes())).await
    }

    /// What there is of one kind since the token; all of it by `*`.
    pub async fn read(&self, token: &str, kind: &str) -> Result<Answer, Failure> {
        let units = if token == "*" { FULL_SYNC } else { 1 };
        self.sync(Effect::Reads, units, &[("sync_token", token), ("resource_types", &format!("[\"{kind}\"]"))]).await
    }

    pub async fn get<T: DeserializeOwned>(&self, path: &[&str]) -> Result<T, Failure> {
        let answer = self.out.send(self.request(Effect::Reads, Method::GET, path)?).await?;
        if !answer.succeeded() {
            return Err(answer.failure(self.now()));
        }
        answer.json()
    }

    /// The task, completed or not; `None` for one that is deleted.
    pub async fn task(&self, id: &str) -> Result<Option<Task>, Failure> {
        match self.get::<Task>(&["tasks", id]).await {
            Ok(task) => Ok(Some(task).filter(|task| !task.is_deleted)),
            Err(Failure::NotFound) => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// Runs the commands in their order, each whatever came of those before it.
    pub async fn run(&self, commands: &[Command]) -> Result<Done, Failure> {
        #[derive(Deserialize)]
        struct Told {
            #[serde(default)]
            sync_status: HashMap<Uuid, Value>,
            #[serde(default)]
            temp_id_mapping: HashMap<Uuid, String>,
        }
        let json = serde_json::to_string(commands).map_err(|_| Failure::Malformed)?;
        let answer = self.sync(Effect::Writes, 1, &[("commands", &json)]).await?;
        if !answer.succeeded() {
            return Err(answer.failure(self.now()));
        }
        let told: Told = answer.json()?;
        let result = |command: &Command| match told.sync_status.get(&command.uuid) {
            Some(Value::String(ok)) if ok == "ok" => Ok(()),
            Some(error) => Err(self.refused(&answer, error)),
            None => Err(Failure::Unknown),
        };
        Ok(Done { results: commands.iter().map(result).collect(), ids: told.temp_id_mapping })
    }

    /// An error of one command says what an answer of its own would have said.
    fn refused(&self, answer: &Answer, error: &Value) -> Failure {
        let status = error["http_code"].as_u64().and_then(|status| u16::try_from(status).ok()).unwrap_or(400);
        answer.part(status, error.to_string().into_bytes()).failure(self.now())
    }

    /// The task after it was written, of which an error says nothing.
    pub async fn written(&self, id: &str) -> Result<Task, Failure> {
        match self.task(id).await {
            Ok(Some(task)) => Ok(task),
            Ok(None) | Err(Failure::Unreachable | Failure::Malformed) => Err(Failure::Unknown),
            Err(failure) => Err(failure),
        }
    }
}
