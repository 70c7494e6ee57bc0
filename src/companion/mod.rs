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

#[cfg(feature = "png")]
use self::{
    drawing::Looks,
    looks::{Form, Mood, Motion, Seed, Stage},
};
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

/// Draws the companion that mails have in them, where pictures for mail programs are built in. It is nobody's own.
#[cfg(feature = "png")]
pub const PORTRAIT: Option<fn() -> Option<Vec<u8>>> = Some(|| {
    let looks = Looks { stage: Stage::Child, form: Form::Seedling, mood: Mood::Happy, palette: None, seed: Seed::default() };
    png::png(&looks.draw("Avanochi", 192, Motion::Still), 192).ok()
});
#[cfg(not(feature = "png"))]
pub const PORTRAIT: Option<fn() -> Option<Vec<u8>>> = None;
