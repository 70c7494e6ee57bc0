//! Where else a task is kept equal, and when each of what is kept equal was changed here. Pure.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::kernel::Timestamp;

/// A place outside where the task is kept equal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct External {
    /// By which connection.
    pub connection_id: Uuid,
    /// The service, such as `todoist`.
    pub provider: String,
    /// Where people see it there; null where there is no such address.
    #[serde(default)]
    pub url: Option<String>,
}

/// When what is kept equal elsewhere was last changed here; `None` for what was not since the task is kept elsewhere.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed: Option<Timestamp>,
    /// Put into the trash or taken out of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub existence: Option<Timestamp>,
}

impl Changed {
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// When any of it was.
    pub fn latest(&self) -> Option<Timestamp> {
        [self.title, self.notes, self.due, self.completed, self.existence].into_iter().flatten().max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        kernel::{Id, UserId},
        work::tasks::model::{Priority, Task, Title},
    };

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn what_was_changed_last_is_noted_of_a_task_that_is_kept_elsewhere_alone() {
        let title = |text| Title::parse(text).expect("a title");
        let task = Task::new(Id::new(Uuid::nil()), UserId::new(Uuid::nil()), title("A"), at(0), None);
        let renamed = Task { title: title("B"), ..task.clone() };
        assert!(renamed.clone().noted_against(&task, at(1)).changed.is_none());

        let external = vec![External { connection_id: Uuid::nil(), provider: "caldav".into(), url: None }];
        let task = Task { external: external.clone(), ..task };
        let renamed = Task { external, ..renamed }.noted_against(&task, at(1));
        assert_eq!(renamed.changed, Changed { title: Some(at(1)), ..Changed::default() });
        let again = Task { priority: Priority::High, ..renamed.clone() }.noted_against(&renamed, at(2));
        assert_eq!(again.changed, renamed.changed);
        let text = serde_json::to_string(&again).expect("JSON");
        assert_eq!(serde_json::from_str::<Task>(&text).expect("a task"), again);
    }
}
