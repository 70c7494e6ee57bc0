//! The real program as a process: how it starts and stops, what it survives, what it says.

mod budgets;
mod credentials;
mod disk;
mod files;
mod host_days;
mod host_jobs;
mod jobs;
pub mod kill;
mod load;
mod output;
mod peers;
mod predictions;
mod privacy;
mod restore;
mod start;
mod stop;
mod traces;
mod webhooks;
