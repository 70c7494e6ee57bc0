//! Work sessions: stretches of time at work, at most one of them under way.

pub mod http;
pub mod model;
pub mod repo;
pub mod service;
