//! The edge to the Azure Functions host. It reads the host's events into what jobs take, and checks the files of the app
//! (function folders, host.json, local.settings.json) as the host reads them. It knows no domain; HTTP requests that the host
//! forwards arrive through `web` like any other.
//!
//! The host reports few mistakes: it leaves a faulty function out, or wraps its requests in JSON, and runs the rest. The check
//! reports such mistakes before anything is published.

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
