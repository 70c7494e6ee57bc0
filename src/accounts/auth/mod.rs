//! Authentication: names, passwords, tokens.

pub mod http;
pub mod liveness;
pub mod model;
pub mod passwords;
pub mod repo;
pub mod service;
pub mod tokens;
