//! Channels: where people are reached and of what, verified before anything is sent there.

pub mod announcer;
mod bodies;
pub mod given;
mod http;
pub mod links;
pub mod model;
mod public;
pub mod repo;
pub mod service;
pub mod state;
mod view;

use self::{model::Channel, service::ChannelService, state::ChannelState, view::ChannelView};
use crate::{domain::Contribution, web::Edge};

/// What the slice adds to the program.
pub fn contribute(service: ChannelService, edge: Edge) -> Contribution {
    Contribution::default()
        .routes(http::router(service.clone()))
        .public_routes(public::router(service, edge))
        .kind::<Channel, ChannelView<'_>>(view::render)
        .internal_kind::<ChannelState>("nobody is shown an address whole, or a secret; the channel says how it goes")
}
