//! Which tasks are made at a service, and which stay linked to it. Pure.

use uuid::Uuid;

use crate::{integrations::connections::settings::Outgoing, kernel::Timestamp, work::tasks::model::Tag};

/// What matters of a task.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    pub trashed: bool,
    pub completed_at: Option<Timestamp>,
    pub tags: &'a [Tag],
    /// The connection through which it came in.
    pub came_from: Option<Uuid>,
    /// Whether the occurrence before it in its series is linked to the connection in question.
    pub follows_linked: bool,
}

/// Whether a task without a link to the connection `this` is to be made there. What came in through it had one, and was detached
/// since: it is not made there a second time.
pub fn goes_out(task: &Candidate<'_>, outgoing: &Outgoing, connected_at: Timestamp, this: Uuid) -> bool {
    let was_done_before = task.completed_at.is_some_and(|at| at < connected_at);
    task.came_from != Some(this) && !task.trashed && !was_done_before && stays_linked(task, outgoing, this)
}

/// Whether a linked task is still to be linked: settings and tags change. Where it is not, the link goes and both stay. What is
/// completed or in the trash stays linked, and what came in does whatever the settings say.
pub fn stays_linked(task: &Candidate<'_>, outgoing: &Outgoing, this: Uuid) -> bool {
    let covered = match outgoing {
        // Two connections would copy the items of each to the other.
        Outgoing::All => task.came_from.is_none(),
        Outgoing::None => false,
        Outgoing::Tag(tag) => task.tags.iter().any(|has| has.is_same(tag)),
    };
    covered || task.follows_linked || task.came_from == Some(this)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::FromText as _;

    const THIS: Uuid = Uuid::from_u128(1);
    const OTHER: Uuid = Uuid::from_u128(2);
    const CONNECTED: Timestamp = Timestamp::from_micros(1_000);
    const OPEN: Candidate<'static> =
        Candidate { trashed: false, completed_at: None, tags: &[], came_from: None, follows_linked: false };

    fn tag(text: &str) -> Tag {
        Tag::from_text(text).expect("a tag")
    }

    fn goes(task: &Candidate<'_>, outgoing: &Outgoing) -> bool {
        goes_out(task, outgoing, CONNECTED, THIS)
    }

    #[test]
    fn all_is_what_is_open_or_was_completed_since() {
        assert!(goes(&OPEN, &Outgoing::All));
        assert!(!goes(&OPEN, &Outgoing::None));
        assert!(!goes(&Candidate { trashed: true, ..OPEN }, &Outgoing::All));
        let completed = |micros| Candidate { completed_at: Some(Timestamp::from_micros(micros)), ..OPEN };
        assert!(!goes(&completed(999), &Outgoing::All));
        assert!(goes(&completed(1_000), &Outgoing::All));
    }

    #[test]
    fn what_came_in_elsewhere_goes_out_by_its_tag_alone() {
        let tags = [tag("home"), tag("Shared")];
        let task = Candidate { came_from: Some(OTHER), tags: &tags, ..OPEN };
        assert!(!goes(&task, &Outgoing::All));
        assert!(goes(&task, &Outgoing::Tag(tag("shared"))));
        assert!(!goes(&task, &Outgoing::Tag(tag("work"))));
    }

    #[test]
    fn the_next_of_a_series_goes_where_the_one_before_it_is() {
        let next = Candidate { follows_linked: true, came_from: Some(OTHER), ..OPEN };
        assert!(goes(&next, &Outgoing::None));
        assert!(!goes(&Candidate { trashed: true, ..next }, &Outgoing::All));
    }

    #[test]
    fn what_came_in_stays_linked_and_is_not_made_again_once_it_is_not() {
        let task = Candidate { came_from: Some(THIS), ..OPEN };
        assert!(stays_linked(&task, &Outgoing::None, THIS));
        assert!(!goes(&task, &Outgoing::All));
    }

    #[test]
    fn what_is_not_covered_any_more_is_detached_but_not_by_being_done() {
        let tags = [tag("shared")];
        let task = Candidate { tags: &tags, completed_at: Some(Timestamp::from_micros(1)), trashed: true, ..OPEN };
        assert!(stays_linked(&task, &Outgoing::Tag(tag("shared")), THIS));
        assert!(!stays_linked(&Candidate { tags: &[], ..task }, &Outgoing::Tag(tag("shared")), THIS));
        assert!(!stays_linked(&task, &Outgoing::None, THIS));
    }
}
