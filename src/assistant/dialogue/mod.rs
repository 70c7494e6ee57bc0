//! The dialogue: what somebody says is carried out through the use cases that the API has. The grammar decides first; what it does
//! not know may go to a model host, which may propose one action and do none. Of what is said nothing is kept.

pub mod acts;
pub mod asks;
pub mod http;
pub mod model;
pub mod proposes;
pub mod repo;
pub mod service;
pub mod spoken;
pub mod task_acts;
pub mod telling;
pub mod tool_slots;
pub mod tools;
pub mod undo;

use std::sync::Arc;

use self::{proposes::Proposes, repo::Kept, service::DialogueService};
use crate::{
    domain::{Contribution, Shared},
    work::{tasks::elsewhere::Elsewhere, work_sessions::on_work::OnWork},
};

/// What the slice adds to the program. `on_work` and `elsewhere` as for work; `proposes`: the model host, if there is one.
pub fn contribute(
    shared: &Shared,
    on_work: Arc<dyn OnWork>,
    elsewhere: Arc<dyn Elsewhere>,
    proposes: Option<Arc<dyn Proposes>>,
) -> Contribution {
    let service = DialogueService::new(shared, on_work, elsewhere, proposes);
    Contribution::default()
        .routes(http::router(service))
        .internal_kind::<Kept>("for minutes, what a confirmation, an undo or the number of a task refers to")
}
