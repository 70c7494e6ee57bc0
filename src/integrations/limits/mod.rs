//! Limits: how often services are asked, by all instances together, so that they need not refuse.

mod gcra;
mod learned;
mod limited;
mod limiter;
mod local;
mod quotas;
mod shared;

pub use self::{
    gcra::Urgency,
    limited::Limited,
    limiter::{Asker, Limits},
};

#[cfg(test)]
mod tests;
