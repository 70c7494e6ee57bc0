//! Finding the connections that are due by schedule, and asking for a run of each.
//!
//! A connection stays due until a run of it has set when it is next due, so that whatever is lost on the way is found again,
//! and a second message about the same connection finds nothing to do.

use std::{sync::Arc, time::Duration};

use serde_json::json;

use super::{
    connections::{
        model::{Priority, Trigger},
        repo,
        run::ConnectionState,
    },
    messages::{INBOUND, Inbound},
};
use crate::{
    domain::Shared,
    jobs::{
        Job, Leases, Outcome, Tick,
        queue::{NewMessage, Queue},
    },
    kernel::{Clock, Ctx, Limit, PageRequest, Result},
    ledger::Ledger,
};

/// How many messages are sent at most each time.
const MESSAGES: usize = 500;
/// How long the lease lasts at most.
const LEASE_TTL: Duration = Duration::from_mins(10);

/// The timer.
pub struct Scheduler {
    ledger: Ledger,
    leases: Leases,
    queue: Arc<dyn Queue>,
    clock: Arc<dyn Clock>,
}

impl Scheduler {
    pub fn new(shared: &Shared) -> Self {
        let Shared { ledger, leases, queue, clock, .. } = shared.clone();
        Self { ledger, leases, queue, clock }
    }

    async fn ask_for_runs(&self, ctx: &Ctx) -> Result<()> {
        let Some(lease) = self.leases.take(ctx, Self::NAME, LEASE_TTL).await? else { return Ok(()) };
        let mut left = MESSAGES;
        for priority in [Priority::High, Priority::Normal, Priority::Low] {
            for state in self.due(ctx, priority, left).await? {
                let (user_id, connection_id) = (state.user_id, state.id);
                let correlation_id = ctx.request_id().to_string();
                let body = json!(Inbound { user_id, connection_id, trigger: Trigger::Schedule, correlation_id });
                self.queue.send(INBOUND, NewMessage { body, delay: priority.delay(connection_id) }).await?;
                left -= 1;
            }
        }
        self.leases.finish(self.clock.now(), lease).await
    }

    /// Those of a priority, of everybody's the most overdue.
    async fn due(&self, ctx: &Ctx, priority: Priority, most: usize) -> Result<Vec<ConnectionState>> {
        let Some(limit) = u32::try_from(most).ok().and_then(Limit::new) else { return Ok(Vec::new()) };
        let mut due = Vec::new();
        for range in self.ledger.ranges().await? {
            let (mut page, mut found) = (PageRequest::first(limit), 0);
            loop {
                let read = repo::due(&self.ledger, range.clone(), priority, ctx.now(), page.clone()).await?;
                found += read.items.len();
                due.extend(read.items);
                match read.next {
                    Some(next) if found < most => page.after = Some(next),
                    _ => break,
                }
            }
        }
        due.sort_by_key(|state| state.next_run);
        due.truncate(most);
        Ok(due)
    }
}

#[async_trait::async_trait]
impl Job for Scheduler {
    const NAME: &'static str = "sync_scheduler";
    type Payload = Tick;

    async fn run(&self, ctx: &Ctx, _: Tick) -> Outcome {
        self.ask_for_runs(ctx).await.into()
    }
}
