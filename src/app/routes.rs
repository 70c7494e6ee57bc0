//! All routes: the slices' own, which of them need a token, and what surrounds them.

use std::sync::Arc;

use axum::Router;
use utoipa::{OpenApi as _, openapi::OpenApi};
use utoipa_axum::router::OpenApiRouter;

use super::health::{self, Health};
use crate::{
    accounts::{
        auth::{self, service::AuthService},
        users::{self, service::UserService},
    },
    changes::{
        self,
        service::ChangesService,
        view::{Feed, Render, Views},
    },
    web::{Edge, ErrorBody, docs, layers},
    work::{
        days::{self, service::DayService},
        habits,
        stats::{self, service::StatsService},
        tasks::{self, service::TaskService},
        work_sessions::{self, service::WorkSessionService},
    },
};

/// The services behind the routes.
pub struct Slices {
    pub auth: AuthService,
    pub users: UserService,
    pub tasks: TaskService,
    pub work_sessions: WorkSessionService,
    pub stats: StatsService,
    pub changes: ChangesService,
    pub stopping: changes::view::Stopping,
    pub days: DayService,
    pub health: Health,
}

#[derive(utoipa::OpenApi)]
#[openapi(info(title = "Avanochi", description = "The back end of a productive tamagotchi."), components(schemas(ErrorBody)))]
struct Document;

/// How each kind that is published is shown.
fn views() -> Views {
    Views::from([
        ("habits", habits::http::shown as Render),
        ("nudges", work_sessions::shown::nudge),
        ("tasks", tasks::http::shown),
        ("users", users::http::shown),
        ("work_sessions", work_sessions::shown::session),
    ])
}

/// The router of everything, and its description.
pub fn assemble(slices: Slices, edge: &Edge) -> serde_json::Result<(Router, OpenApi)> {
    let protected = OpenApiRouter::new()
        .merge(users::http::router(slices.users))
        .merge(tasks::http::router(slices.tasks))
        .merge(work_sessions::http::router(slices.work_sessions))
        .merge(stats::http::router(slices.stats))
        .merge(days::http::router(slices.days))
        .merge(changes::http::router(Feed {
            changes: slices.changes,
            views: Arc::new(views()),
            clock: Arc::clone(&edge.clock),
            stopping: slices.stopping,
        }));
    let (routes, document) = OpenApiRouter::with_openapi(Document::openapi())
        .merge(auth::http::router(slices.auth, edge.clone()))
        .merge(health::router(slices.health))
        .merge(docs::protected(protected, edge))
        .split_for_parts();
    let document = docs::complete(document);
    let routes = layers::wrap(routes.merge(docs::router(&document)?), edge);
    Ok((routes, document))
}
