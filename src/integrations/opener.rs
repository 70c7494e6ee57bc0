//! How a connection becomes something that can be asked.

use std::{fmt, sync::Arc};

use chrono_tz::Tz;

use super::{
    connections::model::{Connection, Trigger},
    credentials::model::OpenedCredential,
};
use crate::outbound::providers::{Failure, Provider};

/// Makes clients of services. The composition root has the one that reaches them.
pub trait Opener: Send + Sync + fmt::Debug {
    /// A client with the connection's settings and credential. `zone`: of the person's clock on the wall. Asks nothing of the
    /// service yet. `trigger`: why it is asked. Errors: `AddressNotAllowed`.
    fn open(
        &self,
        connection: &Connection,
        credential: &OpenedCredential,
        zone: Tz,
        trigger: Trigger,
    ) -> Result<Arc<dyn Provider>, Failure>;
}
