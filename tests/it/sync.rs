//! Tasks that are kept equal to what services have: through the router, the queues and the real adapters, against stand-ins of the
//! services.

pub mod bench;
mod cost;
mod edits;
mod faults;
mod histories;
