//! Authentication: names, passwords, tokens.

mod attempts;
pub mod budgets;
pub mod http;
pub mod liveness;
pub mod model;
pub mod passwords;
mod registration;
pub mod repo;
pub mod service;
mod sessions;
pub mod tokens;
