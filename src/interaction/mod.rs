//! Interaction: how people and the program talk, whatever the channel.

pub mod grammar;
