//! Avanochi: the back end of a productive tamagotchi.
//!
//! The modules in reading order: how the program is started and put together, the domains, what they build on, the
//! edges. docs/ARCHITECTURE.md is the map.

pub mod app;
pub mod cli;
pub mod config;

pub mod accounts;
pub mod assistant;
pub mod changes;
pub mod companion;
pub mod integrations;
pub mod progress;
pub mod wellbeing;
pub mod work;

pub mod demo;
pub mod migration;

pub mod credentials;
pub mod domain;
pub mod jobs;
pub mod kernel;
pub mod ledger;
pub mod store;
pub mod texts;

pub mod functions;
pub mod outbound;
pub mod page;
pub mod web;

// Support that the tests in here and those from outside share names the crate as the latter see it.
#[cfg(test)]
extern crate self as avanochi;
