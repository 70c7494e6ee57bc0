//! The companion: the creature that lives from what its person does, how it is and what it looks like.

pub mod days;
pub mod drawing;
pub mod evolution;
pub mod http;
mod jobs;
pub mod life;
pub mod looks;
pub mod model;
pub mod mood;
pub mod needs;
#[cfg(feature = "png")]
pub mod png;
pub mod repo;
pub mod says;
pub mod schedule;
pub mod service;
pub mod share;
pub mod view;

use self::{model::Companion, service::CompanionService, view::CharacterView};
use crate::{
    domain::{Contribution, Shared},
    web::Edge,
};

/// What the domain adds to the program.
pub fn contribute(shared: &Shared) -> Contribution {
    let service = CompanionService::new(shared);
    Contribution::default().routes(http::router(service.clone())).kind::<Companion, CharacterView>(view::render).follows(service)
}

/// The pictures, for which who calls need not say so.
pub fn contribute_pictures(shared: &Shared, edge: Edge) -> Contribution {
    Contribution::default().public_routes(http::pictures::router(CompanionService::new(shared), edge))
}
