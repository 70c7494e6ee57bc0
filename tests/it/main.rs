//! Behaviour from outside: through the router on an in-memory store, and through the real program as a process.

mod support;

mod access;
mod accounts;
mod architecture;
mod conventions;
mod idempotency;
mod import;
mod lists;
mod login;
mod stats;
mod tasks;
mod verify;
mod work_sessions;
