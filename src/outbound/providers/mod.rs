//! Services that keep tasks: what we can ask of each, and how they fail. What a synchronisation does with it is not known here.

pub mod caldav;
pub mod github;
pub mod item;
pub mod microsoft_todo;
pub mod todoist;
pub mod version;

use async_trait::async_trait;
use secrecy::SecretString;
use uuid::Uuid;

pub use item::{Due, Edit, Field, Item, Seen};

use crate::{choice, kernel::Timestamp};

choice!(
    /// A service that keeps tasks.
    ProviderName as "ProviderName",
    Github = "github",
    Todoist = "todoist",
    MicrosoftTodo = "microsoft_todo",
    Caldav = "caldav",
);

/// What one answer of a pull has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    pub seen: Vec<Seen>,
    /// Where the next pull goes on, opaque to whoever keeps it. It holds once everything in this page is dealt with.
    pub cursor: String,
    pub scan: Scan,
    /// Whether the next page is there already.
    pub more: bool,
    /// When the request for it was sent: what was written after that is not in it.
    pub asked_at: Timestamp,
}

/// What the pages up to one without `more` tell together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scan {
    /// What changed since the cursor. What is not in it has not changed.
    Changes,
    /// Everything that is there. What is not in it is gone.
    Everything,
    /// Everything that is open. What is not in it is gone or completed, and must be asked for by itself.
    Open,
}

/// How one item stands now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetched {
    Item(Box<Item>),
    /// Deleted, or as good as: closed as not planned, cancelled.
    Gone,
    /// It is where we do not look (another list, project or repository), or cannot be reached any more.
    Moved,
}

/// A task of ours that is to be made there.
#[derive(Debug, Clone)]
pub struct Creation {
    /// Of the task: what the service keeps, so that the item is found again when the answer is lost.
    pub key: Uuid,
    /// Of this attempt and its repetitions.
    pub operation: Uuid,
    pub title: String,
    pub notes: String,
    pub due: Option<Due>,
    pub completed_at: Option<Timestamp>,
}

/// A place that can be chosen: a list, project, calendar or repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    pub id: String,
    pub name: String,
}

/// What a service has said of telling an address of changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subscribed {
    /// It cannot be asked for that, or did not say that it does.
    No,
    /// It does, until it is told otherwise.
    Yes,
    /// It does until an instant, and names by the id what it tells.
    Until { id: String, ends_at: Timestamp },
}

/// As whom a service knows us.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KnownAs {
    /// For people to see.
    pub name: Option<String>,
    /// By which it names the account in what it tells all who use its app, where it does so.
    pub id: Option<String>,
}

impl KnownAs {
    pub const fn named(name: Option<String>) -> Self {
        Self { name, id: None }
    }
}

/// One connection to a service, with its credential and its settings. Each call is a few requests at most, one after another.
#[async_trait]
pub trait Provider: Send + Sync {
    /// Which of our fields an item has at all.
    fn fields(&self) -> &'static [Field];

    /// Whether versions grow, so that a lower one is an older state.
    fn orders_versions(&self) -> bool;

    /// What is there, from a cursor on; from the beginning without one. Errors: `CursorLost` for a cursor that the service has
    /// forgotten.
    async fn pull(&self, cursor: Option<&str>) -> Result<Page, Failure>;

    /// One item as it is now.
    async fn fetch(&self, external_id: &str) -> Result<Fetched, Failure>;

    /// The item that an earlier attempt made for a task, if there is one.
    async fn find(&self, key: Uuid) -> Result<Option<Item>, Failure>;

    /// Whether a repeated creation makes nothing and tells what the first one made; then nothing is ever found by its key.
    fn repeats_creations(&self) -> bool {
        false
    }

    /// Makes an item. Errors: `Changed` when there is one for the key, which is to be looked for.
    async fn create(&self, creation: &Creation) -> Result<Item, Failure>;

    /// Changes the given fields of the item and no others, and shows it as it is afterwards. Where a service keeps what is gone, the
    /// empty version brings it back. Errors: `Changed` when it is not the version that is expected, `NotFound` when it is gone.
    async fn update(&self, external_id: &str, version: &str, edit: &Edit, operation: Uuid) -> Result<Item, Failure>;

    /// Deletes it, or does what is as good as that. One that is gone is no error. Errors: `Changed`.
    async fn delete(&self, external_id: &str, version: &str, operation: Uuid) -> Result<(), Failure>;

    /// What can be chosen in the settings.
    async fn lists(&self) -> Result<Vec<List>, Failure>;

    /// Has the service tell that address of changes, and sign with the secret or send it along; where it does already, with that
    /// secret from now on.
    async fn subscribe(&self, _url: &str, _secret: &SecretString) -> Result<Subscribed, Failure> {
        Ok(Subscribed::No)
    }

    /// Has it go on telling, by the id of a subscription that ends. Errors: `NotFound` when it is gone.
    async fn resubscribe(&self, _id: &str) -> Result<Subscribed, Failure> {
        Err(Failure::NotFound)
    }

    /// Has it tell no more what ends like this. Nothing to end is no error.
    async fn unsubscribe(&self, _path: &str) -> Result<(), Failure> {
        Ok(())
    }

    /// As whom we are known there.
    async fn account(&self) -> Result<KnownAs, Failure>;
}

/// Why a service did not do what it was asked. Never its own words, which may hold anything.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// It does not take the credential.
    #[error("the credential was refused")]
    Unauthorized,
    /// The credential does not reach so far.
    #[error("it is not allowed")]
    Forbidden,
    /// What the settings name is not there.
    #[error("not found")]
    NotFound,
    /// There are several lists, and none was chosen.
    #[error("a list must be chosen")]
    ChooseList,
    /// The item is not as it was believed to be.
    #[error("the item has changed")]
    Changed,
    /// The cursor is not known there any more: pull from the beginning.
    #[error("the cursor is not known any more")]
    CursorLost,
    /// It will not take what was sent, whenever that is tried.
    #[error("refused with status {0}")]
    Rejected(u16),
    /// Not before that instant.
    #[error("too many requests")]
    Limited { until: Timestamp },
    /// Not reached, or not able now. Nothing was done.
    #[error("not reached")]
    Unreachable,
    /// The request was sent and no answer came, or one that says nothing: it may have been done.
    #[error("the answer was lost")]
    Unknown,
    /// An address that we do not call.
    #[error("the address is not allowed")]
    AddressNotAllowed,
    /// An answer that is not what the service documents.
    #[error("the answer cannot be understood")]
    Malformed,
}
