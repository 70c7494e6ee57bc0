//! Behaviour from outside: through the router on an in-memory store, and through the real program as a process.

#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot go on says so by failing")]

mod support;

mod access;
mod accounts;
mod architecture;
mod browser_import;
mod changes;
mod companion;
mod conventions;
mod corrections;
mod cosmos;
mod days;
mod demo;
mod description;
mod documents;
mod dropped;
mod faults;
mod forgotten;
mod graph;
mod guessing;
mod habits;
mod health;
mod histories;
mod host;
mod idempotency;
mod import;
mod jobs;
mod lists;
mod login;
mod metrics;
mod model;
mod page;
mod process;
mod progress;
mod recorded_sessions;
mod refresh;
mod replicas;
mod resources;
mod settings;
mod stats;
mod streams;
mod task_settings;
mod task_summary;
mod tasks;
mod time_off;
mod verify;
mod verify_entries;
mod verify_tasks;
mod wellbeing;
mod work_sessions;
