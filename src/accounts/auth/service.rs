//! Use cases around proving who one is.

use std::{collections::HashSet, sync::Arc, time::Duration};

use chrono_tz::Tz;
use secrecy::SecretString;

use super::{
    liveness::Liveness,
    model::{Credential, Login, LoginName, NameKey, Password},
    passwords::{Passwords, Verdict},
    repo::LoginRepo,
    tokens::Tokens,
};
use crate::{
    accounts::users::model::User,
    kernel::{Caller, Code, Created, Ctx, Error, Gates, Id, IdempotencyKey, Result, UserId, Versioned, ports::Authenticator},
    ledger::{Ledger, idempotency::Record},
    store::Stored,
};

/// A token and what goes with it.
#[derive(Debug)]
pub struct Session {
    pub token: SecretString,
    pub expires_in: Duration,
    pub user_id: UserId,
}

#[derive(Debug, Clone)]
pub struct AuthService(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    repo: LoginRepo,
    ledger: Ledger,
    passwords: Passwords,
    tokens: Tokens,
    liveness: Liveness,
    admins: HashSet<UserId>,
    /// One attempt at a time for each name, so that none is made beyond the failures that lead to a pause.
    gates: Gates,
}

impl AuthService {
    pub fn new(
        repo: LoginRepo,
        ledger: Ledger,
        passwords: Passwords,
        tokens: Tokens,
        liveness: Liveness,
        admins: HashSet<UserId>,
    ) -> Self {
        Self(Arc::new(Parts { repo, ledger, passwords, tokens, liveness, admins, gates: Gates::default() }))
    }

    /// Makes an account. The login's document decides whose the name is; the user's own documents follow, and whoever
    /// repeats the request or logs in sees to it when they did not. Errors: `UsernameTaken`, `Busy`; under a key
    /// `IdempotencyKeyReused`, and `TooManyAttempts` since a repetition proves itself by its password.
    pub async fn register(
        &self,
        ctx: &Ctx,
        name: &LoginName,
        password: Password,
        key: Option<&IdempotencyKey>,
    ) -> Result<Created<Versioned<User>>> {
        let parts = &*self.0;
        let taken = || Error::new(Code::UsernameTaken, "This username is already taken");
        if let Some(first) = self.replay_registration(ctx, name, &password, key).await? {
            return Ok(Created::before(first));
        }
        if parts.repo.get(name.key()).await?.is_some_and(|login| login.value.credential.is_some()) {
            return Err(taken());
        }
        let password_hash = parts.passwords.hash(password.clone()).await?;
        let ids = parts.ledger.ids();
        let user = User {
            id: Id::new(ids.next(ctx.now)),
            name: name.shown.clone(),
            time_zone: Tz::UTC,
            created_at: ctx.now,
            updated_at: None,
            login: name.key().as_str().to_owned(),
        };
        // The version is settled beforehand, so that whoever writes the user's documents gives the same answer.
        let made = Versioned { value: user, version: ids.next(ctx.now) };
        let credential = Credential { user_id: made.value.id, password_hash, pending: Some(made.clone()) };
        let record = key.map(|key| Record::new(key, &made, ctx.now)).transpose()?;
        loop {
            let read = parts.repo.get(name.key()).await?;
            if read.as_ref().is_some_and(|login| login.value.credential.is_some()) {
                // Perhaps by this very request, delivered twice at once.
                let first = self.replay_registration(ctx, name, &password, key).await?;
                return first.map(Created::before).ok_or_else(taken);
            }
            let failures = read.as_ref().map_or_else(Vec::new, |read| read.value.failures.clone());
            let login = Login { credential: Some(credential.clone()), failures };
            if parts.repo.put(name.key(), &login, read.as_ref(), record.as_ref(), made.version).await? {
                break;
            }
        }
        self.finish_registration(ctx, name.key(), &made).await?;
        Ok(Created::now(made))
    }

    /// Exchanges name and password for a token. Errors: `InvalidCredentials`, the same for a name that nobody has;
    /// `TooManyAttempts`; `Busy`.
    pub async fn login(&self, ctx: &Ctx, name: &str, password: Password) -> Result<Session> {
        let user_id = self.prove(ctx, &NameKey::of(name), password).await?;
        let jti = self.0.ledger.ids().next(ctx.now);
        let token = self.0.tokens.issue(user_id, jti, ctx.now)?;
        Ok(Session { token: token.into(), expires_in: self.0.tokens.lifetime(), user_id })
    }

    /// Whose the name is, if the password is right. Every failure is counted in the store before it is answered.
    async fn prove(&self, ctx: &Ctx, name: &NameKey, password: Password) -> Result<UserId> {
        let parts = &*self.0;
        let _pass = parts.gates.pass(name).await;
        let read = parts.repo.get(name).await?;
        let login = read.as_ref().map(|read| read.value.clone()).unwrap_or_default();
        login.check_pause(ctx.now)?;
        let stored = login.credential.as_ref().map(|credential| credential.password_hash.clone());
        let verdict = parts.passwords.verify(password, stored).await?;
        match (login.credential.clone(), verdict) {
            (Some(credential), Verdict::Right) => {
                if let Some(made) = &credential.pending {
                    self.finish_registration(ctx, name, made).await?;
                }
                Ok(credential.user_id)
            }
            (Some(credential), Verdict::RightButOld { new_hash }) => {
                let user_id = credential.user_id;
                if let Some(made) = &credential.pending {
                    // This renews the login, so that the old hash stays for the next time.
                    self.finish_registration(ctx, name, made).await?;
                }
                let login = Login { credential: Some(Credential { password_hash: new_hash, ..credential }), ..login };
                // Losing a race leaves the old hash for the next time.
                parts.repo.put(name, &login, read.as_ref(), None, parts.ledger.ids().next(ctx.now)).await?;
                Ok(user_id)
            }
            _ => {
                self.count_failure(ctx, name, read).await?;
                Err(Error::new(Code::InvalidCredentials, "Wrong username or password"))
            }
        }
    }

    async fn count_failure(&self, ctx: &Ctx, name: &NameKey, mut read: Option<Stored<Login>>) -> Result<()> {
        let parts = &*self.0;
        loop {
            let login = read.as_ref().map(|read| read.value.clone()).unwrap_or_default().with_failure(ctx.now);
            if parts.repo.put(name, &login, read.as_ref(), None, parts.ledger.ids().next(ctx.now)).await? {
                return Ok(());
            }
            read = parts.repo.get(name).await?;
        }
    }

    /// The answer to an earlier registration under the key: to whoever knows the password, since a stored digest of it
    /// that is quick to compute would be a gift to a thief.
    async fn replay_registration(
        &self,
        ctx: &Ctx,
        name: &LoginName,
        password: &Password,
        key: Option<&IdempotencyKey>,
    ) -> Result<Option<Versioned<User>>> {
        let Some(first) = self.0.repo.replay(name.key(), key).await? else { return Ok(None) };
        match self.prove(ctx, name.key(), password.clone()).await {
            Ok(_) => Ok(Some(first)),
            Err(error) if error.code() == Code::InvalidCredentials => {
                Err(Error::new(Code::IdempotencyKeyReused, "This Idempotency-Key was used for another request"))
            }
            Err(other) => Err(other),
        }
    }

    /// Writes the user's own documents unless they are there, and notes that they are.
    async fn finish_registration(&self, ctx: &Ctx, name: &NameKey, made: &Versioned<User>) -> Result<()> {
        let parts = &*self.0;
        let user = &made.value;
        let opening = parts.ledger.opening(user.id, user.time_zone)?;
        parts.repo.open_account(made, opening).await?;
        let Some(read) = parts.repo.get(name).await? else { return Ok(()) };
        let mut login = read.value.clone();
        if let Some(credential) = login.credential.as_mut().filter(|credential| credential.pending.as_ref() == Some(made)) {
            credential.pending = None;
            // Losing a race leaves it for the next login, which will find the documents.
            parts.repo.put(name, &login, Some(&read), None, parts.ledger.ids().next(ctx.now)).await?;
        }
        Ok(())
    }
}

#[async_trait::async_trait]
impl Authenticator for AuthService {
    async fn authenticate(&self, ctx: &Ctx, token: &str) -> Result<Caller> {
        let parts = &*self.0;
        let user = parts.tokens.verify(token, ctx.now)?;
        let alive = if let Some(known) = parts.liveness.known(user, ctx.now) {
            known
        } else {
            let alive = parts.ledger.read(user).await?.is_some();
            if alive {
                parts.liveness.alive(user, ctx.now);
            }
            alive
        };
        match alive {
            false => Err(Error::unauthorized()),
            true if parts.admins.contains(&user) => Ok(Caller::Admin(user)),
            true => Ok(Caller::User(user)),
        }
    }
}
