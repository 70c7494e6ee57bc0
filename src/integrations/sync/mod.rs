//! What a synchronisation decides, without doing any of it: pure functions from what is here, what is there and what was last
//! seen there, to what becomes of both.
//!
//! In the order in which they are needed: [`project`] says what is compared, [`base`] what was last seen, [`merge`] what becomes
//! of an item that is there on both sides, [`existence`] what becomes of one that is not, [`brake`] when all of it stops until
//! somebody was asked, [`oscillation`] when one item does, and [`outgoing`] which tasks are made there at all.

mod asked;
pub mod base;
pub mod brake;
pub mod convert;
mod end;
pub mod existence;
mod gone;
pub mod jobs;
pub mod link;
mod listing;
pub mod merge;
pub mod oscillation;
pub mod outgoing;
mod overruled;
mod progress;
pub mod project;
mod pull;
mod push;
pub mod repo;
mod run;
mod scan;
pub mod service;
mod states;

#[cfg(test)]
mod tests;
