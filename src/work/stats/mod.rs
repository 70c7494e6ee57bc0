//! Statistics: what a user achieved, read from the ledger's summary in one point read.

pub mod http;
pub mod model;
pub mod service;
