//! What starts, stops and ends a connection, and what it is asked for a person.

use std::{sync::Arc, time::Duration};

use chrono_tz::Tz;
use futures_util::future::try_join_all;

use super::{
    model::{Connection, ConnectionId, Missing, Moment, Status, Trigger},
    repo::{self, Connected, Gone, Numbers},
    run::{ConnectionState, RunId},
    service::{ConnectionService, find, state_of},
};
use crate::{
    accounts::users::erasure::Leaving,
    integrations::{
        credentials::{
            model::{Credential, OpenedCredential},
            renewal::NoCredential,
            vault::Vault,
        },
        removal::REMOVAL,
    },
    kernel::{Code, Ctx, Error, Id, Limit, Owner, PageRequest, Precondition, Result, Rule},
    ledger::Decision,
    outbound::providers::{Failure, List, Provider},
};

/// How long a service may take to be told that its webhooks are not wanted any more.
const UNSUBSCRIBING: Duration = Duration::from_secs(5);

impl ConnectionService {
    /// Asks for a run, and tells which one it will be; the one that is under way, if one is. Errors: `NotFound`, `NotRunning`.
    pub async fn sync(&self, ctx: &Ctx, owner: Owner, id: ConnectionId) -> Result<RunId> {
        let run = self
            .ledger
            .run(owner, |change| {
                Box::pin(async move {
                    let connection = find(change, id).await?.value;
                    let stored = change.find::<ConnectionState>(&id.to_string()).await?;
                    let state = state_of(stored.as_ref(), &connection);
                    if !connection.runs() || !self.has_credential(owner, &state).await? {
                        let message = "The connection is paused, halted, or has no credential that works";
                        return Err(Error::new(Code::NotRunning, message).with_status(connection.status().name()));
                    }
                    if let Some(running) = state.running(change.now()) {
                        return Ok(Decision::Keep(running.run_id));
                    }
                    let asked = state.due_now(Id::new(change.next_id()), Trigger::Person, change.now());
                    let run = asked.asked.map(|asked| asked.run_id).ok_or_else(|| Error::internal("a run without an id"))?;
                    if asked == state {
                        return Ok(Decision::Keep(run));
                    }
                    change.put(&asked, stored.as_ref())?;
                    Ok(Decision::Write(run))
                })
            })
            .await?;
        self.hasten(ctx, owner, id, Trigger::Person).await;
        Ok(run)
    }

    /// Nothing runs until it is resumed. Errors: `NotFound`.
    pub async fn pause(&self, _ctx: &Ctx, owner: Owner, id: ConnectionId) -> Result<Connection> {
        self.ledger
            .run(owner, |change| {
                Box::pin(async move {
                    let read = find(change, id).await?;
                    if read.value.paused {
                        return Ok(Decision::Keep(read.value));
                    }
                    let is = read.value.with_pause(true, Moment { now: change.now(), op: change.version() });
                    let stored = change.find::<ConnectionState>(&id.to_string()).await?;
                    change.put(&state_of(stored.as_ref(), &is).at_rest(), stored.as_ref())?;
                    Connected::keep(&mut change.summary, &is)?;
                    change.replace(&is, &read)?;
                    Ok(Decision::Write(is))
                })
            })
            .await
    }

    /// Lets it run again, at once: after a pause; after it was halted, as the person says what is missing there means; after it
    /// failed. What runs is left as it is. Errors: `NotFound`, `InvalidField` where `missing` must be said.
    pub async fn resume(&self, ctx: &Ctx, owner: Owner, id: ConnectionId, missing: Option<Missing>) -> Result<Connection> {
        let (connection, starts) = self
            .ledger
            .run(owner, |change| {
                Box::pin(async move {
                    let read = find(change, id).await?;
                    let was = &read.value;
                    let moment = Moment { now: change.now(), op: change.version() };
                    let stored = change.find::<ConnectionState>(&id.to_string()).await?;
                    let mut state = state_of(stored.as_ref(), was);
                    let is = match was.status() {
                        Status::Paused => was.with_pause(false, moment),
                        Status::Halted => {
                            let said = missing.ok_or_else(|| {
                                Rule::field("must say what is to become of what is missing there").of_field("missing")
                            })?;
                            state.resume = Some(said);
                            was.moved(Status::Active, None, moment)
                        }
                        Status::Failed => was.clone(),
                        // The message for an earlier delivery of this request may have been lost.
                        Status::Pending | Status::Active => return Ok(Decision::Keep((read.value, state.asked.is_some()))),
                        Status::NeedsReauth => return Ok(Decision::Keep((read.value, false))),
                    };
                    let starts = is.runs() && self.has_credential(owner, &state).await?;
                    if starts {
                        state = state.due_now(Id::new(change.next_id()), Trigger::Person, change.now());
                    }
                    change.put(&state, stored.as_ref())?;
                    Connected::keep(&mut change.summary, &is)?;
                    if is != *was {
                        change.replace(&is, &read)?;
                    }
                    Ok(Decision::Write((is, starts)))
                })
            })
            .await?;
        if starts {
            self.hasten(ctx, owner, id, Trigger::Person).await;
        }
        Ok(connection)
    }

    /// Tells the service that its credential is used no more, and forgets it and all that belongs to the connection. The tasks
    /// stay, and so does what is there. Errors: `NotFound`, `StaleEtag`.
    pub async fn delete(&self, ctx: &Ctx, owner: Owner, id: ConnectionId, expected: &Precondition) -> Result<()> {
        let connection = self.load(owner, id).await?;
        expected.check(connection.version)?;
        let credential = self.tell_of_end(ctx, owner, &connection).await?;
        self.ledger
            .run(owner, |change| {
                Box::pin(async move {
                    let read = find(change, id).await?;
                    expected.check(read.value.version)?;
                    change.delete(&read);
                    change.remove_if_there::<ConnectionState>(id.to_string());
                    Vault::forget(change, id.uuid());
                    Connected::forget(&mut change.summary, id)?;
                    Numbers::note(&mut change.summary, Gone { id, number: read.value.number })?;
                    let now = change.now();
                    change.summary.due.set(REMOVAL, Some(now));
                    Ok(Decision::Write(()))
                })
            })
            .await?;
        // A run under way may have kept it once more.
        if let Some(credential) = credential {
            self.vault.forget_account(ctx, &credential).await?;
        }
        // What is left when this fails is due.
        if let Err(error) = self.removal.of(owner).await {
            tracing::warn!(error = %error.chain(), "what belonged to a connection is taken away later");
        }
        Ok(())
    }

    /// Tells the service that nothing is wanted of it any more; the credential, by which it may tell nobody of this account.
    async fn tell_of_end(&self, ctx: &Ctx, owner: Owner, connection: &Connection) -> Result<Option<Credential>> {
        // Whether it was told or not, what it sends then finds nobody.
        let _ = tokio::time::timeout(UNSUBSCRIBING, self.unsubscribe(owner, connection)).await;
        let credential = self.vault.revoke(owner, connection.id.uuid()).await?;
        if let Some(credential) = &credential {
            self.vault.forget_account(ctx, credential).await?;
        }
        Ok(credential)
    }

    async fn unsubscribe(&self, owner: Owner, connection: &Connection) -> Result<(), NoCredential> {
        let addresses = self.removal.addresses(owner, connection.number).await?;
        if addresses.is_empty() {
            return Ok(());
        }
        let opened = self.vault.open(owner, connection.id.uuid()).await?;
        let provider = self.provider(owner, connection, &opened.credential).await?;
        for address in addresses {
            if let Err(failure) = provider.unsubscribe(&address).await {
                tracing::info!(%failure, "a service was not told that a webhook has gone");
            }
        }
        Ok(())
    }

    /// What can be chosen at the service. Errors: `NotFound`, `ProviderRefused`, `ProviderUnavailable`, `NotConfigured`.
    pub async fn lists(&self, _ctx: &Ctx, owner: Owner, id: ConnectionId) -> Result<Vec<List>> {
        let connection = self.load(owner, id).await?;
        let opened = self.vault.open(owner, id.uuid()).await.map_err(without_credential)?;
        match self.provider(owner, &connection, &opened.credential).await?.lists().await {
            // It may have been renewed elsewhere, or be renewed now.
            Err(Failure::Unauthorized) => {
                let opened = self.vault.refused(owner, id.uuid(), opened.generation).await.map_err(without_credential)?;
                self.provider(owner, &connection, &opened.credential).await?.lists().await.map_err(|failure| failed(&failure))
            }
            other => other.map_err(|failure| failed(&failure)),
        }
    }

    async fn provider(&self, owner: Owner, connection: &Connection, credential: &OpenedCredential) -> Result<Arc<dyn Provider>> {
        // An account that is being deleted has none any more.
        let zone = self.ledger.read(owner.id()).await?.map_or(Tz::UTC, |summary| summary.time_zone);
        self.opener.open(connection, credential, zone, Trigger::Person).map_err(|failure| failed(&failure))
    }
}

/// Before the documents of an account go, each service is told as when its connection is deleted: all at the same time, since
/// somebody waits for it.
#[async_trait::async_trait]
impl Leaving for ConnectionService {
    async fn leave(&self, ctx: &Ctx, owner: Owner) -> Result<()> {
        let all = repo::list(&self.ledger, owner, PageRequest::first(Limit::MAX)).await?.items;
        try_join_all(all.iter().map(|connection| self.tell_of_end(ctx, owner, connection))).await.map(drop)
    }
}

fn without_credential(why: NoCredential) -> Error {
    match why {
        NoCredential::NeedsReauth => Error::new(Code::ProviderRefused, "There is no credential that the service takes"),
        NoCredential::Misconfigured => Error::new(Code::NotConfigured, "The service does not know this server"),
        NoCredential::Failed(error) => error,
    }
}

/// What a person is told of how a service failed.
fn failed(failure: &Failure) -> Error {
    let (code, message) = match failure {
        Failure::Unauthorized => (Code::ProviderRefused, "The service does not take the credential"),
        Failure::Forbidden => (Code::ProviderRefused, "The credential does not reach so far"),
        Failure::NotFound | Failure::ChooseList => (Code::ProviderRefused, "The service does not have what the settings name"),
        Failure::AddressNotAllowed => (Code::AddressNotAllowed, "The address is not one that this server may call"),
        Failure::Rejected(_) | Failure::Changed | Failure::CursorLost => {
            (Code::ProviderRefused, "The service refused the request")
        }
        Failure::Limited { .. } => (Code::ProviderUnavailable, "The service asks us to wait; try again later"),
        Failure::Unreachable | Failure::Unknown | Failure::Malformed => {
            (Code::ProviderUnavailable, "The service does not answer right now; try again shortly")
        }
    };
    let error = Error::new(code, message);
    if code == Code::ProviderUnavailable { error.after(Duration::from_secs(10)) } else { error }
}
