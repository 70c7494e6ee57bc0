//! The vocabulary that every module shares: ids, time, errors, paging, who is calling. Imports nothing of the
//! crate outside this folder, performs no I/O.

pub mod chance;
pub mod choice;
pub mod clock;
pub mod ctx;
pub mod error;
pub mod field;
pub mod id;
pub mod idempotency;
pub mod interval;
pub mod keyed_lock;
pub mod member;
pub mod network;
pub mod nullable;
pub mod page;
pub mod ports;
pub mod prose;
pub mod resource;
pub mod text;
pub mod time;
pub mod version;
pub mod wall_clock;

pub use chance::Chance;
pub use clock::{Clock, ManualClock, SystemClock};
pub use ctx::{Admins, Caller, Ctx, Owner, RequestId};
pub use error::{Code, Error, Meaning, Result};
pub use field::{FromText, Rule};
pub use id::{Id, IdSource, RandomIds, UserId};
pub use idempotency::{Created, IdempotencyKey};
pub use interval::Interval;
pub use keyed_lock::{KeyedLockGuard, KeyedLocks};
pub use member::{Bounded, Field, FromMember, Weekdays};
pub use network::Network;
pub use nullable::Nullable;
pub use page::{Limit, Page, PageRequest};
pub use resource::Resource;
pub use time::Timestamp;
pub use version::{Precondition, Versioned};
pub use wall_clock::{DayRule, DayStart, HourShare};
