//! Habits: when and how long a user usually works, learned from the sessions of the last four weeks.

pub mod http;
pub mod jobs;
pub mod model;
pub mod repo;
pub mod service;
