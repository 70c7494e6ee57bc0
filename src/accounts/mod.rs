//! Accounts: who the users are and how they prove it. Everything else about a user belongs to the other domains.

pub mod auth;
pub mod users;
