//! The composition root: the only code that knows all of the others.

pub mod build;
mod carriers;
pub mod consents;
pub mod health;
pub mod jobs;
pub mod keys;
pub mod logging;
pub mod routes;
pub mod secret;
pub mod serve;
pub mod services;

pub use build::{Adapters, App};
