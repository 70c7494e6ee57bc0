//! What a check-in is. Pure.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use super::note::CheckInNote;
use crate::kernel::{Bounded, Id, Resource, Timestamp, UserId};

pub type CheckInId = Id<CheckIn>;
/// From none to plenty.
pub type Energy = Bounded<1, 5>;

/// How somebody felt on a date, of which there is one at most.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckIn {
    pub id: CheckInId,
    pub user_id: UserId,
    pub energy: Energy,
    #[serde(default)]
    pub note: Option<CheckInNote>,
    pub at: Timestamp,
    /// The date that it was for the user.
    pub date: NaiveDate,
}

/// The id of the check-in of a date: it follows from the two, so that there is one at most, and finding it takes no list.
pub fn id_on(user: UserId, date: NaiveDate) -> CheckInId {
    Id::new(Uuid::new_v5(&user.uuid(), format!("check_ins/{date}").as_bytes()))
}

/// What is known of a check-in that is to be entered.
#[derive(Debug, Clone)]
pub struct NewCheckIn {
    pub energy: Energy,
    pub note: Option<CheckInNote>,
    /// Now, when it is not said.
    pub at: Option<Timestamp>,
}

impl Resource for CheckIn {
    const NOUN: &'static str = "Check-in";
}
