//! Work sessions: stretches of time at work, at most one of them under way.

pub mod booking;
pub mod http;
pub mod jobs;
pub mod model;
mod note;
pub mod repo;
pub mod review;
pub mod service;
pub mod shown;
