//! Days: what a user did on each date, read from the ledger in one point read and one query.

pub mod http;
pub mod model;
pub mod service;
pub mod svg;
