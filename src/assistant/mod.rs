//! The assistant: how near somebody is to overload, what the coming days look like, what to do about it, and the story of a day
//! or a week. Arithmetic on what the person entered, and shown to that person alone.

pub mod dialogue;
pub mod gathered;
pub mod narratives;
pub mod noticed;
pub mod phrasing;
pub mod predictions;
pub mod recommendations;
pub mod record;
pub mod words;

use std::sync::Arc;

use self::{dialogue::proposes::Proposes, phrasing::service::Phrasing};
use crate::{
    domain::{Contribution, Shared},
    work::{tasks::elsewhere::Elsewhere, work_sessions::on_work::OnWork},
};

/// What the domain adds to the program. `phrasing` puts stories into other words; the rest is for [`dialogue::contribute`].
pub fn contribute(
    shared: &Shared,
    on_work: Arc<dyn OnWork>,
    elsewhere: Arc<dyn Elsewhere>,
    proposes: Option<Arc<dyn Proposes>>,
    phrasing: Phrasing,
) -> Contribution {
    Contribution::default()
        .and(predictions::contribute(shared))
        .and(recommendations::contribute(shared))
        .and(narratives::contribute(shared, phrasing))
        .and(phrasing::contribute())
        .and(dialogue::contribute(shared, on_work, elsewhere, proposes))
}
