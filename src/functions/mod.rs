//! The trigger edge: the events of the Azure Functions host, read into what jobs take, and its files: the function
//! folders, host.json and local.settings.json, read as the host reads them and held against what the code serves. It knows
//! no domain; requests that the host forwards arrive through `web` like any other.
//!
//! The host refuses little: it leaves a faulty function out, or wraps its requests, and runs the rest. What it would
//! do without a word is therefore told here, before anything is published.

pub mod alone;
mod check;
mod folders;
mod host_json;
pub mod http;
mod http_functions;
pub mod invocation;
mod jobs;
mod json;
mod problems;
mod settings;
pub mod trigger;

pub use check::check;
pub use http::Invoked;
pub use invocation::Invocation;
pub use trigger::{Definition, Schedule, Trigger};

#[cfg(test)]
mod tests;
#[cfg(test)]
mod wrapping;
