//! Making an account.

use chrono_tz::Tz;

use super::{
    model::{Credential, Login, LoginName, Password},
    passwords::Class,
    repo,
    service::{Admission, AuthService, MAX_TRIES},
};
use crate::{
    accounts::users::model::User,
    kernel::{Code, Created, Ctx, Error, Id, IdempotencyKey, Result, Versioned},
    ledger::idempotency::Record,
};

impl AuthService {
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
        let mut read = parts.repo.get(name.key()).await?;
        if read.as_ref().is_some_and(|login| login.value.credential.is_some()) {
            // Perhaps by this very request, delivered twice at once.
            let first = self.replay_registration(ctx, name, &password, key).await?;
            return first.map(Created::before).ok_or_else(taken);
        }
        let password_hash = parts.passwords.place(Class::Stranger)?.hash(password.clone()).await?;
        let made = self.new_user(ctx, name);
        let credential = Credential { user_id: made.value.id, password_hash, pending: Some(made.clone()) };
        let record = key.map(|key| Record::new(key, &made, ctx.now())).transpose()?;
        for _ in 0..MAX_TRIES {
            let known = read.as_ref().map(|read| read.value.clone()).unwrap_or_default();
            if known.credential.is_some() {
                // As before.
                let first = self.replay_registration(ctx, name, &password, key).await?;
                return first.map(Created::before).ok_or_else(taken);
            }
            let login = Login { credential: Some(credential.clone()), ..known };
            let remembering = repo::remembering(record.as_ref())?;
            if let Some(written) = parts.repo.write(name.key(), &login, read.as_ref(), remembering, made.version).await? {
                self.open_account(&made).await?;
                let opened = Login { credential: Some(Credential { pending: None, ..credential }), ..login };
                // Losing a race leaves it for the next login, which will find the documents.
                parts.repo.put(name.key(), &opened, Some(&written), None, parts.ledger.ids().next(ctx.now())).await?;
                return Ok(Created::now(made));
            }
            read = parts.repo.get(name.key()).await?;
        }
        Err(Error::busy())
    }

    /// The version is settled beforehand, so that whoever writes the user's documents gives the same answer.
    fn new_user(&self, ctx: &Ctx, name: &LoginName) -> Versioned<User> {
        let ids = self.0.ledger.ids();
        let user = User {
            id: Id::new(ids.next(ctx.now())),
            name: name.shown.clone(),
            time_zone: Tz::UTC,
            created_at: ctx.now(),
            updated_at: None,
            login: name.key().as_str().to_owned(),
        };
        Versioned { value: user, version: ids.next(ctx.now()) }
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
        let nobody = Admission { address: None, device: None, paid_by_account: false };
        let proven = match self.prove(ctx, name.key(), password.clone(), nobody).await {
            Ok(proof) => self.settle(ctx, name.key(), proof, None).await,
            Err(error) => Err(error),
        };
        match proven {
            Ok(()) => Ok(Some(first)),
            Err(error) if error.code() == Code::InvalidCredentials => {
                Err(Error::new(Code::IdempotencyKeyReused, "This Idempotency-Key was used for another request"))
            }
            Err(other) => Err(other),
        }
    }

    /// Writes the user's own documents unless they are there.
    pub(super) async fn open_account(&self, made: &Versioned<User>) -> Result<()> {
        let opening = self.0.ledger.opening(made.value.id, made.value.time_zone)?;
        self.0.repo.open_account(made, opening).await
    }
}
