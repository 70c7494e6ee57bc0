//! All connections: how many there may be, which is closed when there are too many, and which because its time is up.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::task::AbortHandle;

use super::{
    connection::{Connection, Overdue},
    limits::{Limits, shared_by},
    tally::Tally,
};

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
    pub tally: Tally,
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
    }
}

impl Connections {
    pub fn new(limits: Limits) -> Self {
        Self { table: Mutex::default(), limits, tally: Tally::default() }
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes room for one more connection from the address; whether there is some.
    pub fn admit(&self, address: IpAddr) -> bool {
        let mut table = self.table();
        let own_share = shared_by(address).is_none_or(|address| {
            let of_address = |open: &Open| shared_by(open.connection.peer.ip()) == Some(address);
            let count = table.open.values().filter(|open| of_address(open)).count();
            count < self.limits.connections_of_one_address || self.close_longest_unused(&mut table, of_address)
        });
        let room = own_share && (table.open.len() < self.limits.connections || self.close_longest_unused(&mut table, |_| true));
        if !room {
            Tally::count(&self.tally.refused);
        }
        room
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

    /// Closes the connection that has been without a request for longest; whether there was one.
    pub fn make_room(&self) -> bool {
        let mut table = self.table();
        self.close_longest_unused(&mut table, |_| true)
    }

    fn close_longest_unused(&self, table: &mut Table, candidate: impl Fn(&Open) -> bool) -> bool {
        loop {
            let unused = table.open.iter().filter(|(_, open)| candidate(open));
            let longest = unused.filter_map(|(number, open)| Some((open.connection.unused_since()?, *number))).min();
            let Some(open) = longest.and_then(|(_, number)| table.open.remove(&number)) else { return false };
            if open.connection.close_unless_busy() {
                open.task.abort();
                Tally::count(&self.tally.displaced);
                return true;
            }
            // A request has begun on it this instant.
            if let Some((_, number)) = longest {
                table.open.insert(number, open);
            }
        }
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

/// How often what was counted is told.
const TELL_INTERVAL: Duration = Duration::from_mins(1);
