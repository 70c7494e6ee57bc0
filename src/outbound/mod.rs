//! Other people's services: how we reach them, one folder each behind a small trait. Imports no domain.

pub mod channels;
pub mod http;
pub mod mail;
pub mod model;
pub mod providers;
pub mod push;
