//! The real program on Cosmos DB: the client's own emulator, served over HTTP, takes the place of the service.

mod cost;
mod identity;
mod outages;
mod renewals;
mod shipped;
mod start;
mod storms;
