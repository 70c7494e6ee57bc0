//! What use cases on notifications work with, and the ones that decide without anything having happened: somebody asks.

use std::{fmt, sync::Arc};

use serde_json::json;
use uuid::Uuid;

use super::{
    delivery::{Delivery, Hours},
    event::Event,
    model::{About, Notification},
    repo,
};
use crate::{
    accounts::{
        settings::model::Settings,
        time_off::{model::Dates, repo::TimeOffRepo},
    },
    domain::Shared,
    integrations::credentials::keys::Keys,
    interaction::channels::{
        announcer::{Announcement, Announcer},
        model::Channel,
        repo::LinkRepo,
    },
    jobs::queue::{NewMessage, Queue},
    kernel::{Clock, Ctx, Error, Owner, Page, PageRequest, Result, Timestamp, UserId},
    ledger::{Ledger, Summary, Transaction},
    outbound::channels::Carriers,
    wellbeing::{entry::Between, presence::repo::busy_until, reminders::quiet},
};

/// The queue of users to whom something is to be sent.
pub const QUEUE: &str = "notifications";
/// The name of the work that is due when something is to be sent, or a channel has failed for too long.
pub const DUE: &str = "notifications";

#[derive(Clone)]
pub struct NotificationService {
    pub(super) ledger: Ledger,
    pub(super) keys: Keys,
    pub(super) carriers: Carriers,
    pub(super) links: LinkRepo,
    pub(super) clock: Arc<dyn Clock>,
    /// Where people reach the program, without a slash at the end, and the page there.
    pub(super) public_url: Arc<str>,
    pub(super) page: Arc<str>,
    queue: Arc<dyn Queue>,
    time_off: TimeOffRepo,
}

impl fmt::Debug for NotificationService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NotificationService").finish_non_exhaustive()
    }
}

/// Where people reach the program, without a slash at the end, and the path of the page there.
pub struct Addresses<'a> {
    pub public_url: &'a str,
    pub page: &'a str,
}

impl NotificationService {
    pub fn new(shared: &Shared, keys: Keys, carriers: Carriers, links: LinkRepo, addresses: &Addresses<'_>) -> Self {
        Self {
            ledger: shared.ledger.clone(),
            keys,
            carriers,
            links,
            clock: Arc::clone(&shared.clock),
            public_url: addresses.public_url.into(),
            page: format!("{}{}", addresses.public_url, addresses.page).into(),
            queue: Arc::clone(&shared.queue),
            time_off: TimeOffRepo::new(Arc::clone(&shared.store)),
        }
    }

    /// A page of what happened on some dates, the newest last. Errors: `NotFound` when there is no such user.
    pub async fn list(&self, _ctx: &Ctx, owner: Owner, between: Between, page: PageRequest) -> Result<Page<Notification>> {
        let instants = if between == Between::default() {
            [None; 2]
        } else {
            let summary = self.ledger.read(owner.id()).await?.ok_or_else(|| Error::not_found("User"))?;
            between.instants(summary.day_rule())
        };
        repo::list(&self.ledger, owner, instants, page).await
    }

    /// Until when nothing is to be sent, and why.
    pub(super) async fn hours(&self, owner: Owner, summary: &Summary, now: Timestamp) -> Result<Hours> {
        let (days, today) = (summary.day_rule(), summary.date_at(now));
        let off = self.time_off.overlapping(owner, Dates { from: today, to: today }).await?;
        let tomorrow = today.succ_opt().map(|tomorrow| days.start_of(tomorrow));
        Ok(Hours {
            now,
            quiet_until: Settings::of(summary)?.quiet_hours.and_then(|hours| quiet::end(hours, now, days.zone)),
            busy_until: busy_until(summary, now)?,
            // Whether the date after it is off too is seen then.
            off_until: tomorrow.filter(|_| off.is_some()),
        })
    }

    /// Tells whoever sends that there is something to be sent. When this is lost, what is due finds it.
    pub(super) async fn tell(&self, user_id: UserId, delay: std::time::Duration) -> Result<()> {
        self.queue.send(QUEUE, NewMessage { body: json!({ "user_id": user_id }), delay }).await
    }
}

/// Has the work be due at an instant, or sooner.
pub fn due_by(change: &mut Transaction<'_>, at: Option<Timestamp>) {
    let due = &mut change.summary.due;
    if let Some(at) = at {
        due.set(DUE, Some(due.get(DUE).map_or(at, |known| known.min(at))));
    }
}

#[async_trait::async_trait]
impl Announcer for NotificationService {
    fn announce(&self, change: &mut Transaction<'_>, channel: &Channel, what: Announcement) -> Result<Uuid> {
        let (now, user_id) = (change.now(), channel.user_id);
        let (event, about) = match what {
            Announcement::Test => (Event::ChannelTest, About::Test {}),
            Announcement::Verify => (Event::ChannelVerify, About::Verify {}),
        };
        let id = Notification::id_of(user_id, event, &change.next_id().to_string());
        let deliveries = vec![Delivery::new(channel, now, now)];
        let language = Settings::of(&change.summary)?.language;
        change.create(&Notification {
            id,
            user_id,
            event,
            about,
            language,
            created_at: now,
            date: change.today(),
            deliveries,
        })?;
        due_by(change, Some(now));
        Ok(id.uuid())
    }

    async fn hasten(&self, _ctx: &Ctx, owner: Owner) {
        if let Err(error) = self.tell(owner.id(), std::time::Duration::ZERO).await {
            tracing::warn!(error = %error.chain(), "a message has to wait for the next look at what is due");
        }
    }
}
