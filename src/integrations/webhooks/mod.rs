//! Webhooks of the services that connections are about: hints to look there, never data.

pub mod verify;
