//! Services that take mail.

pub mod azure;
pub mod sendgrid;
pub mod smtp;
