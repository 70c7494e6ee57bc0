//! Connections to services that keep tasks: what a person sets, how each stands, its runs, and the edits that were overwritten.

mod bodies;
pub mod given;
pub mod http;
pub mod model;
pub mod overview;
pub mod repo;
mod restoring;
pub mod run;
mod running;
pub mod schedule;
pub mod service;
pub mod settings;
pub mod steps;
mod view;

use self::{
    model::Connection,
    run::{Conflict, ConnectionState, Run},
    service::ConnectionService,
    steps::Steps,
    view::ConnectionView,
};
use crate::domain::Contribution;

/// What the slice adds to the program.
pub fn contribute(service: ConnectionService, public_url: &str) -> Contribution {
    Contribution::default()
        .routes(http::router(service, public_url))
        .kind::<Connection, ConnectionView<'_>>(view::render)
        .internal_kind::<ConnectionState>("it changes with every run; clients ask for the connection, which shows it")
        .internal_kind::<Run>("clients ask for the runs of a connection")
        .internal_kind::<Steps>("clients ask for the steps of a run")
        .internal_kind::<Conflict>("clients ask for the conflicts of a connection")
}
