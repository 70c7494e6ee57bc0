//! The import: the file is read twice, since a user's document may stand after the user's tasks. First come the
//! accounts, and what only the whole file can tell; then everything else, some users at a time.
//!
//! Nothing is remembered outside the store. What is there already is left alone, so that a second run, also after one
//! that was cut short, ends as one run would have.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fs::File,
    io::BufReader,
    path::Path,
};

use anyhow::Context as _;
use serde_json::Value;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::{
    Maintenance,
    accounts::{Accounts, Fate},
    browser,
    details::Losses,
    file::{Body, Pieces, Place},
    legacy::{self, Flaw, Legacy, LegacyKind, LegacyUser},
    resources::{self, Item, Known, Placed, Resource, Standing},
};
use crate::{
    accounts::auth::model::NameKey,
    kernel::{Timestamp, UserId},
};

/// How many users are worked on at the same time: enough to share the waiting for the store.
const AT_ONCE: usize = 32;
/// How many documents wait in memory before they are written. The more there are, the more of a user's share a batch.
const WAITING: usize = 50_000;
/// How many ids are remembered before they are looked up again.
const REMEMBERED: usize = 1_000_000;

/// What is told while it happens.
#[derive(Debug)]
pub enum News<'a> {
    /// So much of the file, which is read twice, has been read.
    Read {
        bytes: u64,
    },
    Refused(&'a Refusal),
    /// What was cut or left out of a task that was taken.
    Lost(&'a Loss),
}

/// A document that could not be taken: where it is and why, and nothing of what is in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Refusal {
    pub place: Place,
    pub kind: &'static str,
    pub reason: String,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}: {}", self.place, self.kind, self.reason)
    }
}

/// Something that was cut or left out of a task: where it is and what, and nothing of what it said.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Loss {
    pub place: Place,
    pub what: String,
}

impl std::fmt::Display for Loss {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: task: {}", self.place, self.what)
    }
}

/// What became of the documents of one kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    pub taken: u64,
    pub present: u64,
    pub deleted: u64,
    pub refused: u64,
}

/// What became of all documents.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Outcome {
    pub users: Count,
    pub tasks: Count,
    pub work_sessions: Count,
    /// Those whose kind is not known, which cannot be taken.
    pub unknown: u64,
    /// How often something was cut or left out of a task that was taken.
    pub lost: u64,
    /// Users among those taken who cannot log in, since they never had a password.
    pub without_password: u64,
}

impl Outcome {
    pub fn taken(&self) -> u64 {
        self.users.taken + self.tasks.taken + self.work_sessions.taken
    }

    pub fn refused(&self) -> u64 {
        self.users.refused + self.tasks.refused + self.work_sessions.refused + self.unknown
    }

    fn of(&mut self, kind: LegacyKind) -> &mut Count {
        match kind {
            LegacyKind::User => &mut self.users,
            LegacyKind::Task => &mut self.tasks,
            LegacyKind::WorkSession => &mut self.work_sessions,
        }
    }
}

/// Imports the file: documents of the original, or what its front end kept in a browser. That is the user's who is named (by
/// user name or id), as far as it does not say whose it is. Errors: when the file cannot be read, when there is no such user, or
/// when the store fails; the run can then be repeated.
pub async fn import(
    maintenance: &Maintenance,
    path: &Path,
    user: Option<&str>,
    tell: &mut (dyn FnMut(News<'_>) + Send),
) -> anyhow::Result<Outcome> {
    let now = maintenance.shared.clock.now();
    let (outcome, open, losses) = Default::default();
    let mut run = Run { maintenance, tell, now, outcome, open, losses };
    if let Some(entries) = browser::read(path, user.is_some())? {
        run.browser(&entries, user).await?;
    } else {
        run.accounts(path).await?;
        run.resources(path).await?;
    }
    Ok(run.outcome)
}

struct Run<'a> {
    maintenance: &'a Maintenance,
    tell: &'a mut (dyn FnMut(News<'_>) + Send),
    now: Timestamp,
    outcome: Outcome,
    /// The latest of each user's sessions that have no end.
    open: HashMap<UserId, (Timestamp, Uuid)>,
    /// What is cut or left out of tasks when they are taken.
    losses: HashMap<Place, Losses>,
}

impl Run<'_> {
    /// The first reading. Whatever cannot be read is told now.
    async fn accounts(&mut self, path: &Path) -> anyhow::Result<()> {
        let accounts = Accounts::new(self.maintenance.clone());
        let mut pieces = open(path)?;
        let mut waiting = Vec::new();
        let mut apart = HashSet::new();
        while let Some(piece) = pieces.next_piece().context("the file cannot be read")? {
            (self.tell)(News::Read { bytes: pieces.read() });
            match self.read(&piece.body) {
                Ok(Legacy::User(user)) => {
                    // Of two with the same name or id the first is taken, so that each run decides alike.
                    let fresh = apart.insert(Unique::Id(user.id)) & apart.insert(Unique::Name(user.login.key().clone()));
                    if !fresh || waiting.len() >= AT_ONCE {
                        self.take_accounts(&accounts, std::mem::take(&mut waiting)).await?;
                        apart = HashSet::from([Unique::Id(user.id), Unique::Name(user.login.key().clone())]);
                    }
                    waiting.push((piece.place, user));
                }
                Ok(Legacy::WorkSession { owner, session }) if session.end_time.is_none() => {
                    let this = (session.start_time, session.id);
                    self.open.entry(owner).and_modify(|latest| *latest = this.max(*latest)).or_insert(this);
                }
                Ok(_) => {}
                Err(flaw) => self.refuse(piece.place, flaw.kind, flaw.reason),
            }
        }
        self.take_accounts(&accounts, waiting).await
    }

    async fn take_accounts(&mut self, accounts: &Accounts, waiting: Vec<(Place, LegacyUser)>) -> anyhow::Result<()> {
        let mut work = JoinSet::new();
        for (place, user) in waiting {
            let accounts = accounts.clone();
            work.spawn(async move { accounts.take(&user).await.map(|fate| (place, user.password_hash.is_some(), fate)) });
        }
        let mut placed = Vec::new();
        while let Some(done) = work.join_next().await {
            let (place, has_password, fate) = done?.map_err(failed)?;
            self.outcome.without_password += u64::from(fate == Fate::Taken && !has_password);
            placed.push((place, LegacyKind::User, fate));
        }
        self.settle(placed);
        Ok(())
    }

    /// The second reading.
    async fn resources(&mut self, path: &Path) -> anyhow::Result<()> {
        let mut pieces = open(path)?;
        let first = pieces.length;
        // Ordered, so that each run works in the same order.
        let mut waiting: BTreeMap<Uuid, Vec<Item>> = BTreeMap::new();
        let mut known: HashMap<UserId, Known> = HashMap::new();
        let mut count = 0;
        while let Some(piece) = pieces.next_piece().context("the file cannot be read")? {
            (self.tell)(News::Read { bytes: first + pieces.read() });
            let (owner, what) = match self.read(&piece.body) {
                Ok(Legacy::Task { owner, task, losses }) => {
                    self.keep(piece.place, losses);
                    (owner, Resource::Task(Box::new(task)))
                }
                Ok(Legacy::WorkSession { owner, session }) => {
                    let latest = self.open.get(&owner).is_some_and(|(_, id)| *id == session.id);
                    let standing = if latest { Standing::Latest } else { Standing::Superseded };
                    (owner, Resource::session(session, standing))
                }
                Ok(Legacy::User(_)) | Err(_) => continue,
            };
            waiting.entry(owner.uuid()).or_default().push(Item { place: piece.place, what });
            count += 1;
            if count >= WAITING {
                self.take_resources(std::mem::take(&mut waiting), &mut known).await?;
                count = 0;
            }
        }
        self.take_resources(waiting, &mut known).await
    }

    /// All of it, or nothing when there is an entry that is no task.
    async fn browser(&mut self, entries: &[Value], user: Option<&str>) -> anyhow::Result<()> {
        let user = match user {
            Some(name) => {
                let found = Accounts::new(self.maintenance.clone()).find(name).await.map_err(failed)?;
                Some(found.context("there is no user of that name")?)
            }
            None => None,
        };
        let mut waiting: BTreeMap<Uuid, Vec<Item>> = BTreeMap::new();
        for (place, entry) in (1..).map(Place::Element).zip(entries) {
            match browser::task(entry, user, self.now) {
                Ok((owner, task, losses)) => {
                    self.keep(place, losses);
                    waiting.entry(owner.uuid()).or_default().push(Item { place, what: Resource::Task(Box::new(task)) });
                }
                Err(reason) => self.refuse(place, Some(LegacyKind::Task), reason),
            }
        }
        if self.outcome.refused() > 0 {
            return Ok(());
        }
        self.take_resources(waiting, &mut HashMap::new()).await
    }

    fn keep(&mut self, place: Place, losses: Losses) {
        if !losses.is_empty() {
            self.losses.insert(place, losses);
        }
    }

    async fn take_resources(
        &mut self,
        waiting: BTreeMap<Uuid, Vec<Item>>,
        known: &mut HashMap<UserId, Known>,
    ) -> anyhow::Result<()> {
        let mut work = JoinSet::new();
        let mut waiting = waiting.into_iter();
        let mut placed: Vec<Placed> = Vec::new();
        loop {
            while work.len() < AT_ONCE
                && let Some((user, items)) = waiting.next()
            {
                let (maintenance, user) = (self.maintenance.clone(), UserId::new(user));
                let known = known.remove(&user);
                work.spawn(async move { resources::take(&maintenance, user, items, known).await.map(|done| (user, done)) });
            }
            let Some(done) = work.join_next().await else { break };
            let (user, (done, now_known)) = done?.map_err(failed)?;
            placed.extend(done);
            known.insert(user, now_known);
        }
        if known.values().map(HashMap::len).sum::<usize>() > REMEMBERED {
            known.clear();
        }
        self.settle(placed);
        Ok(())
    }

    fn read(&self, body: &Body) -> Result<Legacy, Flaw> {
        let unknown = |reason: &str| Err(Flaw { kind: None, reason: reason.into() });
        match body {
            Body::Whole(text) => legacy::read(text, self.now),
            Body::TooLarge => unknown("it is too large"),
            Body::Unended => {
                unknown("the array does not end: the file is cut off or broken, and nothing from here on could be read")
            }
        }
    }

    fn settle(&mut self, mut placed: Vec<Placed>) {
        placed.sort_by_key(|(place, ..)| *place);
        for (place, kind, fate) in placed {
            let losses = self.losses.remove(&place).unwrap_or_default();
            match fate {
                Fate::Taken => {
                    self.outcome.of(kind).taken += 1;
                    for what in losses {
                        self.outcome.lost += 1;
                        (self.tell)(News::Lost(&Loss { place, what }));
                    }
                }
                Fate::Present => self.outcome.of(kind).present += 1,
                Fate::Deleted => self.outcome.of(kind).deleted += 1,
                Fate::Refused(reason) => self.refuse(place, Some(kind), reason.into()),
            }
        }
    }

    fn refuse(&mut self, place: Place, kind: Option<LegacyKind>, reason: String) {
        match kind {
            Some(kind) => self.outcome.of(kind).refused += 1,
            None => self.outcome.unknown += 1,
        }
        let refusal = Refusal { place, kind: kind.map_or("document", LegacyKind::as_str), reason };
        (self.tell)(News::Refused(&refusal));
    }
}

#[derive(PartialEq, Eq, Hash)]
enum Unique {
    Id(UserId),
    Name(NameKey),
}

struct Opened {
    pieces: Pieces<BufReader<File>>,
    length: u64,
}

impl Opened {
    fn next_piece(&mut self) -> std::io::Result<Option<super::file::Piece>> {
        self.pieces.next_piece()
    }

    fn read(&self) -> u64 {
        self.pieces.read()
    }
}

/// Opens the file to be read from its beginning.
fn open(path: &Path) -> anyhow::Result<Opened> {
    let file = File::open(path).with_context(|| format!("{} cannot be opened", path.display()))?;
    let about = file.metadata()?;
    anyhow::ensure!(about.is_file(), "{} is not a file, which is needed since it is read twice", path.display());
    let pieces =
        Pieces::new(BufReader::with_capacity(1 << 16, file)).with_context(|| format!("{} cannot be read", path.display()))?;
    Ok(Opened { pieces, length: about.len() })
}

/// The whole chain of causes: whoever imports is allowed to see it.
fn failed(error: crate::kernel::Error) -> anyhow::Error {
    anyhow::Error::from(error).context("the store failed; run the import again to go on")
}
