//! The steps of a task, in order. Pure.

use std::collections::HashSet;

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use utoipa::ToSchema;
use uuid::Uuid;

use super::fields::StepTitle;
use crate::kernel::{Id, Resource, Rule};

pub type SubtaskId = Id<Subtask>;

/// The most steps that a task has.
pub const MAX: usize = 100;

/// One step, as it is stored and shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Subtask {
    pub id: SubtaskId,
    pub title: StepTitle,
    pub completed: bool,
}

impl Resource for Subtask {
    const NOUN: &'static str = "Subtask";
}

/// One step as it is to be.
#[derive(Debug, Clone)]
pub struct NewSubtask {
    pub id: Option<SubtaskId>,
    pub title: StepTitle,
    pub completed: bool,
}

/// What to change of one step.
#[derive(Debug, Clone, Default)]
pub struct SubtaskPatch {
    pub title: Option<StepTitle>,
    pub completed: Option<bool>,
}

/// All steps of a task as they are to be, with no id twice.
#[derive(Debug, Clone, Default)]
pub struct NewSubtasks(Vec<NewSubtask>);

impl NewSubtasks {
    /// Errors: the rule that they break together.
    pub fn new(steps: Vec<NewSubtask>) -> Result<Self, Rule> {
        if steps.len() > MAX {
            return Err(Rule::field("cannot have more than 100 entries"));
        }
        let mut seen = HashSet::new();
        if steps.iter().filter_map(|step| step.id).all(|id| seen.insert(id)) {
            Ok(Self(steps))
        } else {
            Err(Rule::field("has the same id twice"))
        }
    }

    /// The steps; those with an id that is known keep it, and all others get one.
    pub fn take_the_place_of(&self, known: &[Subtask], next_id: &dyn Fn() -> Uuid) -> Vec<Subtask> {
        let known: HashSet<_> = known.iter().map(|step| step.id).collect();
        let make = |step: &NewSubtask| Subtask {
            id: step.id.filter(|id| known.contains(id)).unwrap_or_else(|| Id::new(next_id())),
            title: step.title.clone(),
            completed: step.completed,
        };
        self.0.iter().map(make).collect()
    }
}

/// For bodies: the steps as `T` reads each.
pub fn read<'de, T, D>(deserializer: D) -> Result<NewSubtasks, D::Error>
where
    T: Deserialize<'de> + Into<NewSubtask>,
    D: Deserializer<'de>,
{
    let steps = Vec::<T>::deserialize(deserializer)?;
    NewSubtasks::new(steps.into_iter().map(Into::into).collect()).map_err(D::Error::custom)
}

/// The steps with one of them as it is to be; `None` when there is no such step.
pub fn patched(steps: &[Subtask], id: SubtaskId, patch: &SubtaskPatch) -> Option<Vec<Subtask>> {
    let mut steps = steps.to_vec();
    let step = steps.iter_mut().find(|step| step.id == id)?;
    if let Some(title) = &patch.title {
        step.title = title.clone();
    }
    step.completed = patch.completed.unwrap_or(step.completed);
    Some(steps)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::FromText as _;

    fn step(id: Option<u128>, title: &str) -> NewSubtask {
        let title = StepTitle::from_text(title).expect("a title");
        NewSubtask { id: id.map(|id| SubtaskId::new(Uuid::from_u128(id))), title, completed: false }
    }

    #[test]
    fn a_known_id_is_kept_and_any_other_is_new() {
        let next = || Uuid::from_u128(9);
        let first = NewSubtasks::new(vec![step(Some(1), "a")]).expect("good").take_the_place_of(&[], &next);
        assert_eq!(first[0].id.uuid(), Uuid::from_u128(9));
        let both = NewSubtasks::new(vec![step(Some(7), "b"), step(Some(9), "a")]).expect("good");
        let ids: Vec<_> = both.take_the_place_of(&first, &|| Uuid::from_u128(2)).iter().map(|step| step.id.uuid()).collect();
        assert_eq!(ids, [Uuid::from_u128(2), Uuid::from_u128(9)]);
    }

    #[test]
    fn no_id_is_there_twice_and_no_more_than_a_hundred_steps() {
        assert!(NewSubtasks::new(vec![step(Some(1), "a"), step(Some(1), "b")]).is_err());
        assert!(NewSubtasks::new(vec![step(None, "a"); 100]).is_ok());
        assert!(NewSubtasks::new(vec![step(None, "a"); 101]).is_err());
    }

    #[test]
    fn one_step_is_changed_by_its_id() {
        let steps = NewSubtasks::new(vec![step(None, "a")]).expect("good").take_the_place_of(&[], &|| Uuid::from_u128(9));
        let patch = SubtaskPatch { completed: Some(true), ..SubtaskPatch::default() };
        let done = patched(&steps, steps[0].id, &patch).expect("there");
        assert!(done[0].completed && done[0].title == steps[0].title);
        assert_eq!(patched(&done, steps[0].id, &patch), Some(done.clone()));
        assert_eq!(patched(&done, SubtaskId::new(Uuid::nil()), &patch), None);
    }
}
