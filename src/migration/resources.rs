//! Tasks and work sessions of one user, written through the user's ledger, as many in one batch as it holds.

use std::collections::HashMap;

use uuid::Uuid;

use super::{
    Maintenance,
    accounts::Fate,
    file::Place,
    legacy::{LegacyKind, LegacySession, LegacyTask},
};
use crate::{
    kernel::{Code, Id, Limit, PageRequest, Result, Timestamp, UserId},
    ledger::{Transaction, summary},
    store::{Entity as _, Partition, Query, batch::MAX_BYTES},
    work::{
        tasks::{
            carry_over,
            model::{Completion, Moment, Task},
        },
        work_sessions::{
            booking,
            model::{EndedBy, WorkSession},
        },
    },
};

/// A task or a session on its way.
#[derive(Debug, Clone)]
pub struct Item {
    pub place: Place,
    pub what: Resource,
}

#[derive(Debug, Clone)]
pub enum Resource {
    Task(Box<LegacyTask>),
    Finished { id: Uuid, start_time: Timestamp, end_time: Timestamp },
    Open { id: Uuid, start_time: Timestamp, standing: Standing },
}

/// How an open session compares with the other open ones of its user in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Latest,
    Superseded,
}

impl Resource {
    pub fn session(session: LegacySession, standing: Standing) -> Self {
        let LegacySession { id, start_time, end_time } = session;
        match end_time {
            Some(end_time) => Self::Finished { id, start_time, end_time },
            None => Self::Open { id, start_time, standing },
        }
    }

    pub fn kind(&self) -> LegacyKind {
        match self {
            Self::Task(_) => LegacyKind::Task,
            _ => LegacyKind::WorkSession,
        }
    }

    fn id(&self) -> Uuid {
        match self {
            Self::Task(task) => task.id,
            Self::Finished { id, .. } | Self::Open { id, .. } => *id,
        }
    }

    /// Days are cheapest to count in their order.
    fn order(&self) -> Timestamp {
        match self {
            Self::Task(task) => task.completed_at.unwrap_or(task.created_at),
            Self::Finished { end_time, .. } => *end_time,
            Self::Open { start_time, .. } => *start_time,
        }
    }
}

/// The documents that a user has, or had and has deleted.
pub type Known = HashMap<(LegacyKind, Uuid), Fate>;

/// How much of a batch is written before another one begins: as JSON a text takes up to twice its bytes.
const BYTES_AT_ONCE: usize = MAX_BYTES / 4;

/// Where an item belongs and what became of it.
pub type Placed = (Place, LegacyKind, Fate);

/// Writes what is not there. `known` is what an earlier call for the same user gave back.
pub async fn take(
    maintenance: &Maintenance,
    user: UserId,
    mut items: Vec<Item>,
    known: Option<Known>,
) -> Result<(Vec<Placed>, Known)> {
    items.sort_by_key(|item| (item.what.order(), item.place));
    let mut fates = Vec::with_capacity(items.len());
    let mut known = known;
    while fates.len() < items.len() {
        match one_batch(maintenance, user, &items[fates.len()..], known.take()).await {
            Ok((done, now_known)) => {
                fates.extend(done);
                known = Some(now_known);
            }
            // There is no such user, or the account is being deleted.
            Err(error) if error.code() == Code::NotFound => {
                fates.resize(items.len(), Fate::Refused("there is no account of its user"));
            }
            Err(error) => return Err(error),
        }
    }
    let placed = items.iter().zip(fates).map(|(item, fate)| (item.place, item.what.kind(), fate)).collect();
    Ok((placed, known.unwrap_or_default()))
}

/// Does as much from the beginning of `items` as fits a batch.
async fn one_batch(maintenance: &Maintenance, user: UserId, items: &[Item], known: Option<Known>) -> Result<(Vec<Fate>, Known)> {
    let (_, owner) = maintenance.ctx(user)?;
    let mut change = maintenance.shared.ledger.begin(owner).await?;
    let mut known = match known {
        Some(known) => known,
        // Nothing was ever written for the user, so there is nothing to look for.
        None if change.summary.seq == summary::FIRST_SEQ + 1 => Known::new(),
        None => load_known(maintenance, user).await?,
    };
    loop {
        let mut fates = Vec::new();
        let mut new = Known::new();
        let mut bytes = 0;
        for item in items {
            if change.room() < writes_of(&item.what) || bytes > BYTES_AT_ONCE {
                break;
            }
            let key = (item.what.kind(), item.what.id());
            let fate = match known.get(&key).or_else(|| new.get(&key)) {
                Some(fate) => *fate,
                None => write(&mut change, user, &item.what, &mut bytes)?,
            };
            if fate == Fate::Taken {
                new.insert(key, Fate::Present);
            }
            fates.push(fate);
        }
        if new.is_empty() || change.commit().await? {
            known.extend(new);
            return Ok((fates, known));
        }
        // Somebody else was faster; what is there may have changed.
        known = load_known(maintenance, user).await?;
    }
}

/// The most that one item adds to a batch: its document, and a document for each date that it is counted for.
fn writes_of(what: &Resource) -> usize {
    match what {
        Resource::Task(_) => 3,
        // One that lasts for months is counted for two of them.
        Resource::Finished { start_time, end_time, .. } => {
            let days = end_time.since(*start_time).as_secs() / (24 * 3600);
            usize::try_from(days).unwrap_or(usize::MAX).min(62) + 4
        }
        Resource::Open { .. } => 2,
    }
}

/// Queues the item, and adds to `bytes` about how many its texts are.
fn write(change: &mut Transaction<'_>, user: UserId, what: &Resource, bytes: &mut usize) -> Result<Fate> {
    match what {
        Resource::Task(legacy) => {
            let LegacyTask { id, title, created_at, updated_at, completed_at, details } = (**legacy).clone();
            let rule = change.summary.day_rule();
            let completion = completed_at.map(|at| Completion { at, date: rule.date_at(at) });
            let task = Task::new(Id::new(id), user, title, created_at, Some(rule.date_at(created_at)));
            // What it says beyond that was last true then.
            let now = completed_at.or(updated_at).unwrap_or(created_at);
            let task = task.with(&details.fields(rule), &Moment { now, rule, next_id: &|| change.next_id() })?;
            let task = Task { updated_at, completion, ..task };
            if task.is_open() && task.planned.is_some() {
                let now = change.now();
                carry_over::keep_due(&mut change.summary, now)?;
            }
            *bytes += task.weight();
            change.create(&task)?;
            change.touch_at(created_at);
            if let Some(completion) = completion {
                change.touch_at(completion.at);
            }
        }
        &Resource::Finished { id, start_time, end_time } => {
            let started = WorkSession::start(Id::new(id), user, start_time);
            let session = started.ended(end_time, change.summary.day_rule(), EndedBy::User);
            change.create(&session)?;
            booking::trace(change, None, Some(&session))?;
            change.touch_at(start_time);
            change.touch_at(end_time);
        }
        Resource::Open { standing: Standing::Superseded, .. } => {
            return Ok(Fate::Refused("it has no end, and a later session of its user has none either"));
        }
        &Resource::Open { id, start_time, .. } => {
            if booking::active(&change.summary)?.is_some() {
                return Ok(Fate::Refused("it has no end, and its user has an active session here"));
            }
            let session = WorkSession::start(Id::new(id), user, start_time);
            change.create(&session)?;
            booking::keep(&mut change.summary, &session, None)?;
            change.touch_at(start_time);
        }
    }
    Ok(Fate::Taken)
}

async fn load_known(maintenance: &Maintenance, user: UserId) -> Result<Known> {
    let mut known = Known::new();
    let mut page = PageRequest::first(Limit::MAX);
    loop {
        let found = maintenance.shared.store.query(Query::Everything { partition: Partition::of(user), page }).await?;
        for document in found.items {
            let kind = match &*document.key.kind {
                Task::KIND => LegacyKind::Task,
                WorkSession::KIND => LegacyKind::WorkSession,
                _ => continue,
            };
            let in_trash = || serde_json::from_str::<Task>(&document.body).is_ok_and(|task| task.trashed.is_some());
            let deleted = document.deleted_at.is_some() || (kind == LegacyKind::Task && in_trash());
            let fate = if deleted { Fate::Deleted } else { Fate::Present };
            if let Ok(id) = Uuid::try_parse(&document.key.id) {
                known.insert((kind, id), fate);
            }
        }
        let Some(after) = found.next else { return Ok(known) };
        page = PageRequest { limit: Limit::MAX, after: Some(after) };
    }
}
