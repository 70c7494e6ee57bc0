//! Web push: messages for one browser, which the service in between can neither read nor forge.

pub mod seal;
pub mod vapid;
