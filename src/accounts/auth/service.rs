//! Proving who one is: what its use cases share, and whose a token is. The use cases themselves are in `registration`,
//! `attempts` and `sessions`.

use std::{net::IpAddr, sync::Arc, time::Duration};

use secrecy::SecretString;

pub use super::budgets::Asked;
use super::{
    budgets::Budgets,
    liveness::Liveness,
    model::Device,
    passwords::Passwords,
    repo::LoginRepo,
    tokens::{Purpose, Tokens},
};
use crate::{
    kernel::{Admins, Caller, Ctx, Error, KeyedLocks, Result, UserId, ports::Authenticator},
    ledger::Ledger,
};

/// How often a change of a login or of a family is begun anew because somebody else was faster.
pub(super) const MAX_TRIES: usize = 64;

/// A token, what renews it, and what goes with them.
#[derive(Debug)]
pub struct Session {
    pub token: SecretString,
    pub expires_in: Duration,
    pub user_id: UserId,
    pub refresh_token: SecretString,
    pub refresh_expires_in: Duration,
}

/// What is known of a caller who has no token yet.
#[derive(Debug, Default)]
pub struct Visitor {
    /// Whose budget is used; `None` for whom there is none.
    pub address: Option<IpAddr>,
    /// What logins have told this browser, so that it is known.
    pub devices: Vec<String>,
}

/// A caller who may try, and what it was allowed for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Admission {
    pub address: Option<IpAddr>,
    pub device: Option<Device>,
    /// Whether the account of the device has paid; then it must turn out to be the one that is asked for.
    pub paid_by_account: bool,
}

#[derive(Debug, Clone)]
pub struct AuthService(pub(super) Arc<Parts>);

#[derive(Debug)]
pub(super) struct Parts {
    pub repo: LoginRepo,
    pub ledger: Ledger,
    pub passwords: Passwords,
    pub tokens: Tokens,
    pub budgets: Budgets,
    /// One attempt at a time for each name, so that none is made beyond the failures that lead to a pause.
    pub locks: KeyedLocks,
    /// The same for each known browser, which so waits for nobody else.
    pub device_locks: KeyedLocks,
    liveness: Liveness,
    admins: Admins,
}

impl AuthService {
    pub fn new(
        repo: LoginRepo,
        ledger: Ledger,
        passwords: Passwords,
        tokens: Tokens,
        liveness: Liveness,
        admins: Admins,
    ) -> Self {
        let (budgets, locks, device_locks) = (Budgets::default(), KeyedLocks::default(), KeyedLocks::default());
        Self(Arc::new(Parts { repo, ledger, passwords, tokens, budgets, locks, device_locks, liveness, admins }))
    }

    /// Passes while the caller has something left of the budget. Errors: `TooManyAttempts`.
    pub fn admit(&self, ctx: &Ctx, asked: Asked, address: Option<IpAddr>) -> Result<()> {
        self.0.budgets.take(asked, address, ctx.now())
    }

    /// As [`Self::admit`], for a login: a known browser has the budget of its account besides that of its address.
    pub(super) fn admit_login(&self, ctx: &Ctx, visitor: &Visitor) -> Result<Admission> {
        let parts = &*self.0;
        let known = |cookie: &String| Device::of_text(parts.tokens.unseal(Purpose::Device, cookie)?);
        let device = visitor.devices.iter().find_map(known);
        let paid_by_account = device.is_some_and(|device| parts.budgets.take_of_account(device.user_id, ctx.now()).is_ok());
        if !paid_by_account {
            self.admit(ctx, Asked::Login, visitor.address)?;
        }
        Ok(Admission { address: visitor.address, device, paid_by_account })
    }

    /// Whether the user exists, as far as was known within the last minute.
    pub(super) async fn is_alive(&self, ctx: &Ctx, user: UserId) -> Result<bool> {
        match self.0.liveness.known(user, ctx.now()) {
            Some(known) => Ok(known),
            None => self.is_alive_now(ctx, user).await,
        }
    }

    /// Whether the user exists, by the store.
    pub(super) async fn is_alive_now(&self, ctx: &Ctx, user: UserId) -> Result<bool> {
        let alive = self.0.ledger.read(user).await?.is_some();
        if alive {
            self.0.liveness.alive(user, ctx.now());
        }
        Ok(alive)
    }
}

#[async_trait::async_trait]
impl Authenticator for AuthService {
    async fn authenticate(&self, ctx: &Ctx, token: &str) -> Result<Caller> {
        let user = self.0.tokens.verify(token, ctx.now())?;
        if self.is_alive(ctx, user).await? { Ok(Caller::user(user, &self.0.admins)) } else { Err(Error::unauthorized()) }
    }
}
