//! All connections: how many there may be, which is closed when there are too many, and which because its time is up.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::{sync::Notify, task::AbortHandle};

use super::{
    connection::{Connection, Overdue},
    limits::{Limits, shared_by},
    tally::Tally,
};

/// How often what was counted is told.
const TELL_INTERVAL: Duration = Duration::from_mins(1);

#[derive(Debug)]
struct Open {
    connection: Arc<Connection>,
    task: AbortHandle,
}

#[derive(Debug, Default)]
struct Table {
    open: HashMap<u64, Open>,
    last: u64,
}

/// Shared by the listener and all connections.
#[derive(Debug)]
pub struct Connections {
    table: Mutex<Table>,
    limits: Limits,
    /// Wakes whoever waits for a connection to end.
    ended: Notify,
    pub tally: Tally,
}

/// Whether one more connection may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Room {
    Free,
    /// When one has ended that is being closed.
    Soon,
    None,
}

/// Takes the connection out of the table at its end.
#[derive(Debug)]
pub struct Registered {
    connections: Arc<Connections>,
    number: u64,
}

impl Drop for Registered {
    fn drop(&mut self) {
        self.connections.table().open.remove(&self.number);
        self.connections.ended.notify_waiters();
    }
}

impl Connections {
    pub fn new(limits: Limits) -> Self {
        Self { table: Mutex::default(), limits, ended: Notify::new(), tally: Tally::default() }
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for room for one more connection from the address; false when all are at work.
    pub async fn admit(&self, address: IpAddr) -> bool {
        let room = self.when_closed(|table| match shared_by(address) {
            Some(shared) => {
                let of_address = |open: &Open| shared_by(open.connection.peer.ip()) == Some(shared);
                let share = self.room(table, self.limits.connections_of_one_address, of_address);
                if share == Room::Free { self.room(table, self.limits.connections, |_| true) } else { share }
            }
            None => self.room(table, self.limits.connections, |_| true),
        });
        let admitted = room.await;
        if !admitted {
            Tally::count(&self.tally.refused);
        }
        admitted
    }

    /// Closes the connection that has been without a request for longest, and returns when it is gone; false when all are at
    /// work.
    pub async fn make_room(&self) -> bool {
        let before = self.table().open.len();
        before > 0 && self.when_closed(|table| self.room(table, before, |_| true)).await
    }

    /// Asks for room until there is some. A connection that is being closed has its descriptor for a moment longer.
    async fn when_closed(&self, room: impl Fn(&Table) -> Room) -> bool {
        loop {
            let ended = self.ended.notified();
            let found = room(&self.table());
            match found {
                Room::Free => return true,
                Room::None => return false,
                Room::Soon => ended.await,
            }
        }
    }

    /// Whether there are fewer than `limit` of these connections; else closes the one that has been without a request for
    /// longest, unless one is being closed already.
    fn room(&self, table: &Table, limit: usize, these: impl Fn(&Open) -> bool) -> Room {
        let these = || table.open.values().filter(|open| these(open));
        if these().count() < limit {
            return Room::Free;
        }
        if these().any(|open| open.connection.is_closing()) {
            return Room::Soon;
        }
        loop {
            let unused = these().filter_map(|open| Some((open.connection.unused_since()?, open)));
            let Some((_, longest)) = unused.min_by_key(|(since, _)| *since) else { return Room::None };
            // Unless a request has begun on it this instant.
            if longest.connection.close_unless_busy() {
                longest.task.abort();
                Tally::count(&self.tally.displaced);
                return Room::Soon;
            }
        }
    }

    /// Enters a connection, whose task `start` starts.
    pub fn register(self: &Arc<Self>, connection: &Arc<Connection>, start: impl FnOnce(Registered) -> AbortHandle) {
        // The task may end at once, but leaves the table only after it has been entered.
        let mut table = self.table();
        table.last += 1;
        let number = table.last;
        let task = start(Registered { connections: Arc::clone(self), number });
        table.open.insert(number, Open { connection: Arc::clone(connection), task });
    }

    /// Closes the connection whose peer has been behind with reading for longest, if that is `at_least` as long.
    pub fn close_slowest_reader(&self, at_least: Duration) {
        let now = Instant::now();
        let table = self.table();
        let readers = table.open.values().filter_map(|open| Some((open.connection.behind_since()?, open)));
        let slowest = readers.min_by_key(|(since, _)| *since);
        if let Some((_, open)) = slowest.filter(|(since, _)| now.saturating_duration_since(*since) >= at_least) {
            open.task.abort();
            Tally::count(&self.tally.slow_readers);
        }
    }

    /// Closes what is overdue, and tells now and then what was counted. Ends never.
    pub async fn look_after(&self) {
        let mut told = Instant::now();
        loop {
            tokio::time::sleep(self.limits.check_interval).await;
            let now = Instant::now();
            for open in self.table().open.values() {
                self.close_if_overdue(open, now);
            }
            if now.saturating_duration_since(told) >= TELL_INTERVAL {
                told = now;
                self.tally.tell();
            }
        }
    }

    fn close_if_overdue(&self, open: &Open, now: Instant) {
        let counter = match open.connection.overdue(&self.limits, now) {
            Some(Overdue::Request) if open.connection.close_unless_busy() => &self.tally.timed_out,
            Some(Overdue::Reading) => &self.tally.slow_readers,
            _ => return,
        };
        open.task.abort();
        Tally::count(counter);
    }
}
