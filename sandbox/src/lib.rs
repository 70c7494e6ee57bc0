//! Stand-ins for services that keep tasks or carry messages: each is a server on the loopback with a state of its own, which tests change and look
//! at as the people and programs at the other end would. What they have in common is here: a clock that can be set, a script of
//! faults, and a log of what was asked.

mod arithmetic;
pub mod caldav;
mod clock;
mod faults;
pub mod github;
mod log;
pub mod mail;
pub mod microsoft;
pub mod model;
pub mod oauth;
pub mod push;
pub mod receiver;
mod replica;
mod server;
pub mod todoist;

pub use clock::Clock;
pub use faults::{Fault, Faults, Limit, Reply, When};
pub use log::{Log, Logged};
pub use replica::Replica;
pub use server::{Running, Stand, serve};
