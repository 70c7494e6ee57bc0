//! Attempts to prove oneself by a password. Each is written down before the password is looked at, so that a store that
//! cannot count lets nobody guess: what cannot be counted is not compared.

use uuid::Uuid;

use super::{
    budgets::Asked,
    model::{Counted, Credential, Family, Login, MAX_FAMILIES, NameKey, Password},
    passwords::{Class, Verdict},
    repo,
    service::{Admission, AuthService, MAX_TRIES},
};
use crate::{
    kernel::{Code, Ctx, Error, KeyedLockGuard, Result},
    store::Stored,
};

/// A password that was right. What follows from it is written with [`AuthService::settle`], which takes the attempt back.
pub(super) struct Proof<'a> {
    pub credential: Credential,
    counted: Counted,
    /// The login with the attempt.
    read: Stored<Login>,
    new_hash: Option<String>,
    _lock: KeyedLockGuard<'a>,
}

pub(super) fn invalid_credentials() -> Error {
    Error::new(Code::InvalidCredentials, "Wrong username or password")
}

impl AuthService {
    /// Whose the name is, if the password is right and the account has not ended. Errors: `InvalidCredentials`, the same for a
    /// name that nobody has; `TooManyAttempts`; `Busy`.
    pub(super) async fn prove(&self, ctx: &Ctx, name: &NameKey, password: Password, admission: Admission) -> Result<Proof<'_>> {
        let parts = &*self.0;
        let lock = match admission.device {
            Some(device) => parts.device_locks.lock(&device.id).await,
            None => parts.locks.lock(name).await,
        };
        let read = parts.repo.get(name).await?;
        let counted = read.as_ref().map_or(Counted::WithEverybody, |read| read.value.counted(admission.device, ctx.now()));
        if admission.paid_by_account && !read.as_ref().is_some_and(|read| is_own(&read.value, admission)) {
            // The account that has paid is another one.
            self.admit(ctx, Asked::Login, admission.address)?;
        }
        if let Some(read) = &read {
            read.value.check_pause(counted, ctx.now())?;
        }
        let class = if counted == Counted::WithEverybody { Class::Stranger } else { Class::Known };
        // Before the attempt is counted, since one that finds the queue full is not compared.
        let place = parts.passwords.place(class)?;
        let read = self.count(ctx, name, counted, read).await?;
        let stored = read.value.credential.as_ref().map(|credential| credential.password_hash.clone());
        let new_hash = match place.verify(password, stored).await? {
            Verdict::Wrong => return Err(invalid_credentials()),
            Verdict::Right => None,
            Verdict::RightButOld { new_hash } => Some(new_hash),
        };
        let credential = read.value.credential.clone().ok_or_else(invalid_credentials)?;
        if let Some(made) = &credential.pending {
            self.open_account(made).await?;
        }
        if !self.is_alive_now(ctx, credential.user_id).await? {
            return Err(invalid_credentials());
        }
        Ok(Proof { credential, counted, read, new_hash, _lock: lock })
    }

    /// Writes the attempt down, on whatever the login is by now.
    async fn count(&self, ctx: &Ctx, name: &NameKey, counted: Counted, read: Option<Stored<Login>>) -> Result<Stored<Login>> {
        let parts = &*self.0;
        let mut read = read;
        for _ in 0..MAX_TRIES {
            let login = read.as_ref().map(|read| read.value.clone()).unwrap_or_default();
            login.check_pause(counted, ctx.now())?;
            let login = login.with_attempt(counted, ctx.now());
            let op = parts.ledger.ids().next(ctx.now());
            if let Some(written) = parts.repo.write(name, &login, read.as_ref(), Vec::new(), op).await? {
                return Ok(written);
            }
            read = parts.repo.get(name).await?;
        }
        Err(Error::busy())
    }

    /// Takes the attempt back and writes what a success changes: the newer hash, that the account is open, and the family that
    /// begins. Errors: `InvalidCredentials` when the account has ended meanwhile; `Busy`.
    pub(super) async fn settle(&self, ctx: &Ctx, name: &NameKey, proof: Proof<'_>, family: Option<&Family>) -> Result<()> {
        let parts = &*self.0;
        let mut read = proof.read;
        for _ in 0..MAX_TRIES {
            let mut login = read.value.clone().without_attempt(proof.counted, ctx.now());
            let credential = login.credential.as_mut().filter(|found| found.user_id == proof.credential.user_id);
            let credential = credential.ok_or_else(invalid_credentials)?;
            if credential.password_hash != proof.credential.password_hash {
                // It was changed while we compared; whether this one is still right is for another attempt.
                return Err(Error::busy());
            }
            credential.pending = None;
            if let Some(new_hash) = &proof.new_hash {
                credential.password_hash.clone_from(new_hash);
            }
            let others = match family {
                Some(family) => {
                    let ended = self.make_room(name, &mut login).await?;
                    login.families.push(family.id);
                    repo::beginning(family, &ended)?
                }
                None => Vec::new(),
            };
            let op = parts.ledger.ids().next(ctx.now());
            if parts.repo.write(name, &login, Some(&read), others, op).await?.is_some() {
                return Ok(());
            }
            read = parts.repo.get(name).await?.ok_or_else(invalid_credentials)?;
        }
        Err(Error::busy())
    }

    /// Leaves room for one more family; those that end for it. One that was never refreshed goes first: a program that logs in
    /// again and again must not log out a browser.
    async fn make_room(&self, name: &NameKey, login: &mut Login) -> Result<Vec<Uuid>> {
        if login.families.len() < MAX_FAMILIES {
            return Ok(Vec::new());
        }
        let mut alive = self.0.repo.families(name).await?;
        alive.sort_by_key(|family| (family.current > 0, family.used_at));
        let mut kept: Vec<Uuid> = alive.into_iter().map(|family| family.id).collect();
        let ended = kept.drain(..(kept.len() + 1).saturating_sub(MAX_FAMILIES)).collect();
        login.families.retain(|id| kept.contains(id));
        Ok(ended)
    }
}

fn is_own(login: &Login, admission: Admission) -> bool {
    admission.device.is_some_and(|device| login.belongs_to(device.user_id))
}
