//! Avanochi: the back end of a productive tamagotchi.

pub mod credentials;
pub mod kernel;
pub mod store;
