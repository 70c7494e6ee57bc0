//! Tasks: the smallest thing that can be done.

pub mod http;
pub mod model;
pub mod repo;
pub mod service;
