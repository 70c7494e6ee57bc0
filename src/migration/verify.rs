//! The check of the books: every user's summary, days and lists against the user's documents, and their correction.
//!
//! It may run beside a server, whose changes go through the same summary: a correction that meets one loses and is worked
//! out again, and a difference is believed only when nothing changed while it was looked for.

use serde::de::DeserializeOwned;

use super::{
    Maintenance,
    audit::{Audit, DayFix, Found},
};
use crate::{
    accounts::{
        settings::model::UserSettings,
        time_off::model::TimeOff,
        users::{model::User, repo::UserRepo},
    },
    domain::Kinds,
    kernel::{Code, Limit, PageRequest, Result, UserId},
    ledger::{Day, Summary, Transaction, summary},
    store::{
        Batch, Document, Entity as _, Key, Order, Partition, Place, Query, Scope, Span, StoreError, Stored, batch::MAX_BYTES,
        collection,
    },
    wellbeing::{hydration::model::Drink, meals::model::Meal, presence::model::Presence, rests::model::Rest},
    work::{tasks::model::Task, work_sessions::model::WorkSession},
};

/// How often a user who changes meanwhile is looked at again.
const ATTEMPTS: u32 = 16;
/// How many documents are corrected in one batch, which bears the summary too.
const AT_ONCE: usize = 90;
/// How much of tasks is written in one batch: as JSON a text takes up to twice its bytes.
const BYTES_AT_ONCE: usize = MAX_BYTES / 4;

/// What to do about differences.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Report,
    Repair,
}

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub user: UserId,
    pub text: String,
    pub state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Found,
    Repaired,
    /// A correction of counts does not help.
    Beyond,
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let state = match self.state {
            State::Found => "",
            State::Repaired => " (repaired)",
            State::Beyond => " (not repairable)",
        };
        write!(f, "user {}: {}{state}", self.user, self.text)
    }
}

/// What the check came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Verified {
    pub users: u64,
    pub repaired: u64,
    /// Differences that are still there.
    pub left: u64,
}

/// What is told while it happens.
#[derive(Debug)]
pub enum News<'a> {
    Checked { users: u64 },
    Differs(&'a Difference),
}

/// Checks every user. Errors: when the store fails; what was repaired until then is.
pub async fn verify(maintenance: &Maintenance, mode: Mode, tell: &mut (dyn FnMut(News<'_>) + Send)) -> Result<Verified> {
    let users = UserRepo::new(maintenance.shared.store.clone());
    let mut verified = Verified::default();
    let mut page = PageRequest::first(Limit::MAX);
    loop {
        let found = users.list(page).await?;
        for user in found.items {
            for difference in check(maintenance, &user, mode).await? {
                match difference.state {
                    State::Repaired => verified.repaired += 1,
                    State::Found | State::Beyond => verified.left += 1,
                }
                tell(News::Differs(&difference));
            }
            verified.users += 1;
            tell(News::Checked { users: verified.users });
        }
        let Some(after) = found.next else { return Ok(verified) };
        page = PageRequest { limit: Limit::MAX, after: Some(after) };
    }
}

async fn check(maintenance: &Maintenance, user: &User, mode: Mode) -> Result<Vec<Difference>> {
    let state = match mode {
        Mode::Report => State::Found,
        Mode::Repair => State::Repaired,
    };
    let mut findings = Findings { user: user.id, state, told: Vec::new(), complete: false };
    if let Some(text) = restore_summary(maintenance, user, mode).await? {
        findings.told.push(Difference { user: user.id, text: text.into(), state });
        if mode == Mode::Report {
            return Ok(findings.told);
        }
    }
    let mut attempts = 0;
    while attempts < ATTEMPTS {
        match check_once(maintenance, user, mode, &mut findings).await {
            Ok(Step::Over) => return Ok(findings.told),
            Ok(Step::More) => {}
            Ok(Step::Raced) => attempts += 1,
            // The account is being deleted.
            Err(error) if error.code() == Code::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        }
    }
    let text = "it changes faster than it can be checked; try again later".into();
    Ok(vec![Difference { user: user.id, text, state: State::Beyond }])
}

enum Step {
    Over,
    /// Some of it has been corrected.
    More,
    /// Somebody else wrote meanwhile.
    Raced,
}

struct Findings {
    user: UserId,
    state: State,
    told: Vec<Difference>,
    /// Set once all differences have been told, so that what is left after a part was corrected is not told again.
    complete: bool,
}

impl Findings {
    fn tell(&mut self, audit: &Audit) {
        if std::mem::replace(&mut self.complete, true) {
            return;
        }
        let state = if audit.beyond.is_empty() || self.state == State::Found { self.state } else { State::Beyond };
        let user = self.user;
        let differences = audit.differences.iter().map(|text| (text, state));
        let all = differences.chain(audit.beyond.iter().map(|text| (text, State::Beyond)));
        self.told.extend(all.map(|(text, state)| Difference { user, text: text.clone(), state }));
    }
}

async fn check_once(maintenance: &Maintenance, user: &User, mode: Mode, findings: &mut Findings) -> Result<Step> {
    let (_, owner) = maintenance.ctx(user.id)?;
    let mut change = maintenance.shared.ledger.begin(owner).await?;
    let is = change.summary.numbered(change.summary.seq - 1);
    let mut found = scan(maintenance, user.id).await?;
    find_in_lists(maintenance, user.id, &mut found).await?;
    let audit = found.audit(&is, user.time_zone, change.now())?;
    if audit.differences.is_empty() && audit.beyond.is_empty() {
        return Ok(Step::Over);
    }
    // Where documents cannot be read, a correction would make it worse.
    if mode == Mode::Report || !audit.beyond.is_empty() {
        let now = maintenance.shared.ledger.read(user.id).await?.map(|summary| summary.seq);
        if now != Some(is.seq) {
            return Ok(Step::Raced);
        }
        findings.tell(&audit);
        return Ok(Step::Over);
    }
    let all = correct(&mut change, &audit).await?;
    if !change.commit().await? {
        return Ok(Step::Raced);
    }
    findings.tell(&audit);
    Ok(if all { Step::Over } else { Step::More })
}

/// Queues what a batch holds of the correction; `false` when something of it is left.
async fn correct(change: &mut Transaction<'_>, audit: &Audit) -> Result<bool> {
    change.summary = audit.summary.numbered(audit.summary.seq + 1);
    for fix in audit.days.iter().take(AT_ONCE) {
        match fix {
            DayFix::Create(day) => change.create(day)?,
            DayFix::Replace(day, read) => change.replace(day, read)?,
            DayFix::Remove(read) => change.remove(read),
        }
    }
    let mut bytes = 0;
    for (written, rewrite) in audit.tasks.iter().enumerate() {
        if audit.days.len() + written >= AT_ONCE || bytes > BYTES_AT_ONCE {
            return Ok(false);
        }
        if let Some(read) = change.find::<Task>(&rewrite.id).await? {
            let timer_started_at = read.value.timer_started_at.filter(|_| !rewrite.stop);
            bytes += read.value.weight();
            change.replace(&Task { timer_started_at, ..read.value.clone() }, &read)?;
        }
    }
    Ok(audit.days.len() <= AT_ONCE)
}

/// Says what is wrong when there is no summary to compare with, and makes an empty one to be corrected.
async fn restore_summary(maintenance: &Maintenance, user: &User, mode: Mode) -> Result<Option<&'static str>> {
    let partition = Partition::of(user.id);
    let key = Key { partition: partition.clone(), kind: Summary::KIND.into(), id: summary::ID.into() };
    let found = maintenance.shared.store.get(key).await?;
    let text = match &found {
        None => "there is no summary",
        Some(document) if serde_json::from_str::<Summary>(&document.body).is_err() => "the summary cannot be read",
        Some(_) => return Ok(None),
    };
    if UserRepo::new(maintenance.shared.store.clone()).get(user.id).await?.is_none() {
        // The account was deleted since the list was read.
        return Ok(None);
    }
    if mode == Mode::Repair {
        let etag = found.as_ref().map(|document| &document.etag);
        let seq = scan(maintenance, user.id).await?.seq.max(summary::FIRST_SEQ);
        let empty = Summary::new(user.id, user.time_zone).numbered(seq);
        let batch = Batch::new(partition, maintenance.shared.ledger.ids().next(maintenance.shared.clock.now()))
            .with(collection::put(&empty, seq, etag)?);
        match maintenance.shared.store.commit(batch).await {
            // Somebody else has just done it.
            Ok(_) | Err(StoreError::Exists(_) | StoreError::Stale(_)) => {}
            Err(other) => return Err(other.into()),
        }
    }
    Ok(Some(text))
}

/// Reads all of the user's documents.
async fn scan(maintenance: &Maintenance, user: UserId) -> Result<Found> {
    let mut found = Found::default();
    let mut page = PageRequest::first(Limit::MAX);
    loop {
        let documents = maintenance.shared.store.query(Query::Everything { partition: Partition::of(user), page }).await?;
        documents.items.iter().for_each(|document| count(&maintenance.kinds, &mut found, document));
        let Some(after) = documents.next else { return Ok(found) };
        page = PageRequest { limit: Limit::MAX, after: Some(after) };
    }
}

/// Looks for the user's tasks in the lists in which they must stand: one from before there was a list is not in it.
async fn find_in_lists(maintenance: &Maintenance, user: UserId, found: &mut Found) -> Result<()> {
    for (place, unlisted) in Place::ALL.into_iter().zip(&mut found.tasks.unlisted) {
        let mut page = PageRequest::first(Limit::MAX);
        while !unlisted.is_empty() {
            let query = Query::List {
                scope: Scope::Partition(Partition::of(user), place),
                kind: Task::KIND.into(),
                facet: None,
                order: Order::Ascending,
                span: Span::ALL,
                page,
            };
            let listed = maintenance.shared.store.query(query).await?;
            for document in listed.items {
                unlisted.remove(&document.key.id);
            }
            let Some(after) = listed.next else { break };
            page = PageRequest { limit: Limit::MAX, after: Some(after) };
        }
    }
    Ok(())
}

fn count(kinds: &Kinds, found: &mut Found, document: &Document) {
    found.seq = found.seq.max(document.seq);
    if document.deleted_at.is_some() {
        return;
    }
    let readable = match &*document.key.kind {
        Day::KIND => parse::<Day>(document).filter(|day| Day::id(day.date) == document.key.id).map(|value| {
            found.stored_days.push(Stored { value, etag: document.etag.clone(), op: document.op });
        }),
        UserSettings::KIND => parse::<UserSettings>(document).map(|settings| found.settings(&settings)),
        WorkSession::KIND => parse::<WorkSession>(document).map(|session| found.session(&session)),
        Task::KIND => parse::<Task>(document).map(|task| found.tasks.add(&task)),
        Drink::KIND => parse::<Drink>(document).map(|drink| found.entries.drink(&drink)),
        Meal::KIND => parse::<Meal>(document).map(|meal| found.entries.meal(&meal)),
        Rest::KIND => parse::<Rest>(document).map(|rest| found.entries.rest(&rest)),
        TimeOff::KIND => parse::<TimeOff>(document).map(|off| found.entries.off(off.dates)),
        Presence::KIND => parse::<Presence>(document).map(|presence| found.entries.presence(&presence)),
        _ => Some(()),
    };
    // A newer version may have kinds that this one does not know.
    let counted = kinds
        .get(&document.key.kind)
        .is_none_or(|kind| kind.counts(&document.body, &mut |counter, date, count| found.count(counter, date, count)));
    found.unreadable += u64::from(readable.is_none() || !counted);
}

fn parse<T: DeserializeOwned>(document: &Document) -> Option<T> {
    serde_json::from_str(&document.body).ok()
}
