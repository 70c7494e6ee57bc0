//! Users of the original become accounts: the login that lets them in with their old password, the user, and the ledger
//! that everything else of theirs is written through.

use std::sync::Arc;

use chrono_tz::Tz;

use super::{Maintenance, legacy::LegacyUser};
use crate::{
    accounts::{
        auth::{
            model::{Credential, Login, LoginName},
            repo::LoginRepo,
        },
        users::model::{DisplayName, User},
    },
    kernel::{Ctx, Error, Result, UserId, Versioned},
    ledger::{Summary, summary},
    store::{Collection, Partition, Stored},
};

/// How often a login is read again that somebody else changes meanwhile.
const MAX_ATTEMPTS: u32 = 16;

/// What became of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Taken,
    /// It is here, or was and has been changed since.
    Present,
    /// It was here and has been deleted since.
    Deleted,
    Refused(&'static str),
}

#[derive(Debug, Clone)]
pub struct Accounts {
    maintenance: Maintenance,
    logins: LoginRepo,
    summaries: Collection<Summary>,
}

impl Accounts {
    pub fn new(maintenance: Maintenance) -> Self {
        let logins = LoginRepo::new(Arc::clone(&maintenance.shared.store));
        Self { logins, summaries: Collection::new(Arc::clone(&maintenance.shared.store)), maintenance }
    }

    /// Makes the account, or finishes what was begun. As at a registration, the login decides whose the name is, and
    /// bears the user until the user's own documents exist.
    pub async fn take(&self, legacy: &LegacyUser) -> Result<Fate> {
        let (ctx, _) = self.maintenance.ctx(legacy.id)?;
        let existing = self.summaries.get(Partition::of(legacy.id), summary::ID).await?;
        match existing {
            Some(found) if found.value.is_closed() => return Ok(Fate::Deleted),
            Some(_) => {
                self.settle(&ctx, legacy).await?;
                return Ok(Fate::Present);
            }
            None => {}
        }
        let user = self.user(&ctx, legacy);
        let Some(made) = self.claim_name(&ctx, legacy, user).await? else {
            return Ok(Fate::Refused("its name belongs to another account"));
        };
        let opening = self.maintenance.shared.ledger.opening(legacy.id, made.value.time_zone)?;
        self.logins.open_account(&made, opening).await?;
        self.settle(&ctx, legacy).await?;
        Ok(Fate::Taken)
    }

    /// The account of that user name, or of that id.
    pub async fn find(&self, user: &str) -> Result<Option<UserId>> {
        if let Ok(name) = LoginName::parse(user)
            && let Some(credential) = self.logins.get(name.key()).await?.and_then(|login| login.value.credential)
        {
            return Ok(Some(credential.user_id));
        }
        let Some(id) = UserId::parse(user) else { return Ok(None) };
        Ok(self.maintenance.shared.ledger.read(id).await?.map(|_| id))
    }

    fn user(&self, ctx: &Ctx, legacy: &LegacyUser) -> Versioned<User> {
        let name = match &legacy.shown {
            Some(name) => DisplayName::parse("name", name).unwrap_or_else(|_| legacy.login.shown.clone()),
            None => legacy.login.shown.clone(),
        };
        let value = User {
            id: legacy.id,
            name,
            time_zone: Tz::UTC,
            created_at: legacy.created_at.unwrap_or(ctx.now()),
            updated_at: legacy.updated_at,
            login: legacy.login.key().as_str().to_owned(),
        };
        Versioned { value, version: self.maintenance.shared.ledger.ids().next(ctx.now()) }
    }

    /// Writes the login unless the name is somebody else's, which `None` says. Without a password there is nothing to
    /// log in with, so the name stays free.
    async fn claim_name(&self, ctx: &Ctx, legacy: &LegacyUser, made: Versioned<User>) -> Result<Option<Versioned<User>>> {
        let Some(password_hash) = legacy.password_hash.clone() else { return Ok(Some(made)) };
        let credential = Credential { user_id: legacy.id, password_hash, pending: Some(made.clone()) };
        for _ in 0..MAX_ATTEMPTS {
            let read = self.logins.get(legacy.login.key()).await?;
            let login = read.as_ref().map(|read| read.value.clone()).unwrap_or_default();
            match login.credential {
                Some(known) if known.user_id != legacy.id => return Ok(None),
                // An earlier import was cut short: its user is the one that a login would finish.
                Some(known) => return Ok(Some(known.pending.unwrap_or(made))),
                None => {}
            }
            let login = Login { credential: Some(credential.clone()), ..login };
            if self.put(ctx, legacy, &login, read.as_ref()).await? {
                return Ok(Some(made));
            }
        }
        Err(Error::busy())
    }

    /// Notes in the login that the user's documents exist.
    async fn settle(&self, ctx: &Ctx, legacy: &LegacyUser) -> Result<()> {
        let Some(read) = self.logins.get(legacy.login.key()).await? else { return Ok(()) };
        let mut login = read.value.clone();
        let own = login.credential.as_mut().filter(|credential| credential.user_id == legacy.id);
        let Some(credential) = own.filter(|credential| credential.pending.is_some()) else { return Ok(()) };
        credential.pending = None;
        // Losing a race leaves it for the next login, which will find the documents.
        self.put(ctx, legacy, &login, Some(&read)).await.map(drop)
    }

    async fn put(&self, ctx: &Ctx, legacy: &LegacyUser, login: &Login, read: Option<&Stored<Login>>) -> Result<bool> {
        self.logins.put(legacy.login.key(), login, read, None, self.maintenance.shared.ledger.ids().next(ctx.now())).await
    }
}
