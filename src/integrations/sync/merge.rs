//! The merge of one task with its item, field by field (rules M2 to M4). Pure.
//!
//! | here against what was last seen | there against it | what happens |
//! |---|---|---|
//! | the same on both sides | | nothing, and that is what was seen |
//! | not edited | changed | theirs is taken |
//! | edited | not changed | ours is kept, and written there |
//! | edited | changed | the later one stays, the other goes to the conflicts |
//!
//! With `Direction::Out` nothing is taken: theirs stays there as long as it is not edited here, and loses when it is. With
//! `Direction::In` nothing is written, and all else is the same.

use std::{collections::BTreeSet, time::Duration};

use super::{
    base::Base,
    project::{Fields, Side},
};
use crate::{
    integrations::connections::model::Direction,
    kernel::Timestamp,
    outbound::providers::{item::Field, version::is_older},
};

/// So far apart may two clocks be: edits within that are taken for simultaneous.
const TIE: Duration = Duration::from_secs(2);

/// When each field was last edited here, where that is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Times {
    pub title: Option<Timestamp>,
    pub notes: Option<Timestamp>,
    pub due: Option<Timestamp>,
    pub completed: Option<Timestamp>,
}

impl Times {
    pub fn of(&self, field: Field) -> Option<Timestamp> {
        match field {
            Field::Title => self.title,
            Field::Notes => self.notes,
            Field::Due => self.due,
            Field::Completed => self.completed,
        }
    }

    pub fn set(&mut self, field: Field, at: Option<Timestamp>) {
        match field {
            Field::Title => self.title = at,
            Field::Notes => self.notes = at,
            Field::Due => self.due = at,
            Field::Completed => self.completed = at,
        }
    }
}

/// A task as it is when the merge is decided.
#[derive(Debug, Clone, Copy)]
pub struct Ours<'a> {
    pub fields: &'a Fields,
    pub times: &'a Times,
}

/// An item as it was fetched, after its task and its base were read.
#[derive(Debug, Clone, Copy)]
pub struct Theirs<'a> {
    /// As [`Fields::of_item`] gives them.
    pub fields: &'a Fields,
    /// Of the whole item: an upper bound for each field.
    pub updated_at: Option<Timestamp>,
    pub read_only: &'a BTreeSet<Field>,
}

/// What follows, to be written in one commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// What the task becomes.
    pub fields: Fields,
    /// The item as it was seen by this merge.
    pub base: Base,
    /// What came from there.
    pub took: Vec<Field>,
    /// What is to be written there.
    pub push: Vec<Field>,
    /// Each edit that was overruled.
    pub lost: Vec<Lost>,
}

/// An edit that was overruled, for the list of conflicts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    pub field: Field,
    /// Whose edit it was.
    pub side: Side,
    /// Only the field in question; the others are empty.
    pub value: Fields,
    pub at: Option<Timestamp>,
    /// When the other side, which stays, was edited.
    pub kept_at: Option<Timestamp>,
}

/// Merges a task with its item. Without a base the item was found to belong to the task (it was made for it by an attempt whose
/// answer was lost): what differs then is a conflict.
pub fn merge(base: Option<&Base>, ours: Ours<'_>, theirs: Theirs<'_>, direction: Direction, kept: &[Field]) -> Merged {
    let mut merged = Merged {
        fields: ours.fields.clone(),
        base: base.cloned().unwrap_or_default(),
        took: Vec::new(),
        push: Vec::new(),
        lost: Vec::new(),
    };
    for &field in kept {
        match decide(base, field, ours, theirs, direction) {
            Decision::Agree => merged.base.see(field, theirs.fields),
            Decision::LeaveTheirs => merged.base.pass_over(field),
            Decision::Take { overrules } => {
                merged.fields.take(field, theirs.fields);
                merged.took.push(field);
                merged.base.see(field, theirs.fields);
                if overrules {
                    let (at, kept_at) = (ours.times.of(field), theirs.updated_at);
                    merged.lost.push(Lost { field, side: Side::Local, value: ours.fields.only(field), at, kept_at });
                }
            }
            Decision::Keep { overrules } => {
                merged.base.see(field, theirs.fields);
                if overrules {
                    let (at, kept_at) = (theirs.updated_at, ours.times.of(field));
                    merged.lost.push(Lost { field, side: Side::Remote, value: theirs.fields.only(field), at, kept_at });
                }
            }
        }
    }
    if direction != Direction::In {
        merged.push = merged.base.dirty(&merged.fields, kept, theirs.read_only);
    }
    merged
}

enum Decision {
    Agree,
    /// Theirs is not taken, and is not to be written over either.
    LeaveTheirs,
    Take {
        overrules: bool,
    },
    Keep {
        overrules: bool,
    },
}

fn decide(base: Option<&Base>, field: Field, ours: Ours<'_>, theirs: Theirs<'_>, direction: Direction) -> Decision {
    if ours.fields.agree(theirs.fields, field) {
        return Decision::Agree;
    }
    if let Some(base) = base.filter(|base| base.knows(field)) {
        if base.is(field, theirs.fields) {
            return Decision::Keep { overrules: false };
        }
        if base.is_clean(field, ours.fields) {
            return if direction == Direction::Out { Decision::LeaveTheirs } else { Decision::Take { overrules: false } };
        }
    }
    match if direction == Direction::Out { Side::Local } else { later(field, ours, theirs) } {
        Side::Local => Decision::Keep { overrules: true },
        Side::Remote => Decision::Take { overrules: true },
    }
}

/// Whose edit stays: the later one. Of simultaneous ones theirs, but what is done stays done. Theirs too where a time is missing.
fn later(field: Field, ours: Ours<'_>, theirs: Theirs<'_>) -> Side {
    let (Some(our_edit), Some(their_edit)) = (ours.times.of(field), theirs.updated_at) else { return Side::Remote };
    let simultaneous = our_edit.since(their_edit).max(their_edit.since(our_edit)) <= TIE;
    let ours_stays = if simultaneous { field == Field::Completed && ours.fields.completed } else { our_edit > their_edit };
    if ours_stays { Side::Local } else { Side::Remote }
}

/// What of an item is overruled when it is deleted although it changed since it was last seen: nothing of it was taken.
pub fn overruled_by_deletion(base: &Base, theirs: Theirs<'_>, deleted_at: Option<Timestamp>, kept: &[Field]) -> Vec<Lost> {
    let changed = kept.iter().copied().filter(|field| !base.is(*field, theirs.fields));
    let lost =
        |field| Lost { field, side: Side::Remote, value: theirs.fields.only(field), at: theirs.updated_at, kept_at: deleted_at };
    changed.map(lost).collect()
}

/// How an item that was fetched stands to the one that was last seen, by their versions alone (rule M2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// It comes from a replica that is behind: to be asked for again later.
    Stale,
    /// Nothing is new, unless the base [is behind](Base::is_behind).
    Same,
    New,
}

/// What is known of an item before it is fetched.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    pub version: &'a str,
    /// Whether versions grow at that service. Where they do not, the same version can also be an item that was changed back.
    pub ordered: bool,
    /// Who deleted it, if it is known to be gone. The version that we deleted is an old state when it is seen again. One that was
    /// only missed may never have been gone: a replica that is behind does not have it yet.
    pub gone: Option<Side>,
}

pub fn freshness(known: Known<'_>, version: &str) -> Freshness {
    match version == known.version {
        false if known.ordered && is_older(version, known.version) => Freshness::Stale,
        true if known.gone == Some(Side::Local) && known.ordered => Freshness::Stale,
        true if known.gone.is_none() => Freshness::Same,
        _ => Freshness::New,
    }
}

#[cfg(test)]
mod tests;
