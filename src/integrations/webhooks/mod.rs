//! Webhooks of the services that connections are about: hints to look there, never data.

pub mod address;
mod bodies;
mod http;
pub mod model;
pub mod receiver;
pub mod refusals;
mod renewal;
pub mod repo;
pub mod service;
pub mod signing_keys;
pub mod verify;
mod view;

use self::{
    model::{Seen, Webhook},
    receiver::Receiver,
    renewal::RenewWebhooks,
    service::WebhookService,
};
use crate::{domain::Contribution, web::Edge};

/// What the slice adds to the program.
pub fn contribute(service: WebhookService, receiver: Receiver, edge: Edge) -> Contribution {
    Contribution::default()
        .routes(http::router(service.clone()))
        .due(RenewWebhooks(service))
        .public_routes(http::public_router(receiver, edge))
        .internal_kind::<Webhook>("clients ask for the webhooks of a connection, which show no secret")
        .internal_kind::<Seen>("it tells that a delivery came before, and nothing else")
}
