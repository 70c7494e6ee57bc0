//! The trigger edge: the function folders, host.json and local.settings.json, read as the Azure Functions host reads
//! them and held against the routes that the code serves. It knows no domain, and no HTTP: requests that the host
//! forwards arrive through `web` like any other.
//!
//! The host refuses little: it leaves a faulty function out, or wraps its requests, and runs the rest. What it would
//! do without a word is therefore told here, before anything is published.

mod check;
mod function_json;
mod host_json;
mod jobs;
mod json;
mod problems;
mod route_constraint;
mod route_template;
mod settings;

pub use check::check;

#[cfg(test)]
mod tests;
