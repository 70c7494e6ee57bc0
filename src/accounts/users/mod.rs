//! Users: the account itself, its display name and time zone, its end.

pub mod erasure;
pub mod former_deletions;
pub mod http;
pub mod model;
pub mod repo;
pub mod service;
