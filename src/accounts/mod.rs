//! Accounts: who the users are and how they prove it. Everything else about a user belongs to the other domains.

pub mod auth;
pub mod settings;
pub mod time_off;
pub mod users;

use std::{sync::Arc, time::Duration};

use secrecy::SecretString;

use self::{
    auth::{liveness::Liveness, passwords::Passwords, repo::LoginRepo, service::AuthService, tokens::Tokens},
    users::{
        erasure::{Erasure, Leaving},
        former_deletions::FormerDeletions,
        model::User,
        service::UserService,
    },
};
use crate::{
    domain::{Contribution, Shared},
    kernel::{Admins, ports::Authenticator},
    web::Edge,
};

/// What the settings say of accounts.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Signs the tokens.
    pub secret: SecretString,
    /// Signed tokens that are still good.
    pub previous: Vec<SecretString>,
    /// How long a token lasts.
    pub lifetime: Duration,
    pub admins: Admins,
}

/// What the domain adds to the program. `edge` makes the edge that knows the callers. `leaving`: who acts for users elsewhere.
pub fn contribute(
    shared: &Shared,
    settings: Settings,
    edge: impl FnOnce(Arc<dyn Authenticator>) -> Edge,
    leaving: Arc<dyn Leaving>,
) -> Contribution {
    let liveness = Liveness::default();
    let auth = AuthService::new(
        LoginRepo::new(Arc::clone(&shared.store)),
        shared.ledger.clone(),
        Passwords::new(hashing_at_once()),
        Tokens::new(&settings.secret, &settings.previous, settings.lifetime),
        liveness.clone(),
        settings.admins,
    );
    let erasure = Erasure::new(shared, liveness, leaving);
    let authenticator: Arc<dyn Authenticator> = Arc::new(auth.clone());
    Contribution::default()
        .public_routes(auth::http::router(auth, edge(Arc::clone(&authenticator))))
        .authenticator(authenticator)
        .routes(users::http::router(UserService::new(shared, erasure.clone())))
        .kind::<User, users::http::UserView<'_>>(users::http::render)
        .and(settings::contribute(shared))
        .and(time_off::contribute(shared))
        .at_start(FormerDeletions::new(shared, erasure.clone()))
        .due(erasure)
}

/// Half of the processors may hash passwords at once, so that the other half answers everything else.
fn hashing_at_once() -> usize {
    std::thread::available_parallelism().map_or(1, |count| count.get().div_ceil(2))
}
