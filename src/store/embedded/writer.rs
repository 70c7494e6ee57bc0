//! The one writer: a thread that takes what has queued up, commits it together, and only then answers.

use std::{sync::Arc, thread, time::Duration};

use rusqlite::TransactionBehavior;
use tokio::sync::{
    mpsc::{self, error::TryRecvError},
    oneshot, watch,
};

use super::{
    SharedConnection,
    log::{self, Log},
    newest::Newest,
    sql,
};
use crate::{
    kernel::{Clock, Timestamp},
    store::{Batch, Etag, StoreError},
};

/// How many batches one transaction takes at most: enough to share the cost of the disk's confirmation, few enough
/// to answer soon.
const GROUP: usize = 256;
/// How many batches may wait before callers wait for room.
const QUEUE: usize = 1_024;
/// How often documents whose time has passed are looked for.
const EXPIRY_INTERVAL: Duration = Duration::from_mins(1);
/// How many of them one transaction removes at most, so that a commit never waits for it for long.
const EXPIRY_BATCH: usize = 100;

type Answer = Result<Vec<Etag>, StoreError>;

struct Job {
    batch: Batch,
    reply: oneshot::Sender<Answer>,
}

#[derive(Debug)]
pub struct Writer {
    // Both are taken when the writer is dropped: the thread ends once nobody can send any more.
    jobs: Option<mpsc::Sender<Job>>,
    published: watch::Receiver<u64>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Writer {
    pub fn start(connection: SharedConnection, clock: Arc<dyn Clock>) -> std::io::Result<Self> {
        let (sender, receiver) = mpsc::channel(QUEUE);
        let last = sql::last_position(&connection.lock()).map_err(std::io::Error::other)?;
        let newest = Newest::read(&connection.lock()).map_err(std::io::Error::other)?;
        let log = Log::new()?;
        let (publish, published) = watch::channel(last);
        let work = move || run(&connection, &publish, &*clock, receiver, (newest, log));
        let thread = thread::Builder::new().name("store-writer".into()).spawn(work)?;
        Ok(Self { jobs: Some(sender), published, thread: Some(thread) })
    }

    /// Returns once something was published after `position`; never when the writer has stopped.
    pub async fn wait(&self, position: u64) {
        if self.published.clone().wait_for(|last| *last > position).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    pub async fn commit(&self, batch: Batch) -> Answer {
        let gone = || StoreError::Unavailable(anyhow::anyhow!("the store's writer has stopped"));
        let (reply, answer) = oneshot::channel();
        let jobs = self.jobs.as_ref().ok_or_else(gone)?;
        jobs.send(Job { batch, reply }).await.map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.jobs.take();
        if let Some(thread) = self.thread.take() {
            // It ends after what it has accepted; a panic in it has already been answered by dropped replies.
            let _ = thread.join();
        }
    }
}

fn run(
    connection: &SharedConnection,
    published: &watch::Sender<u64>,
    clock: &dyn Clock,
    mut jobs: mpsc::Receiver<Job>,
    (mut newest, mut log): (Newest, Log),
) {
    let mut forgotten_at = Timestamp::from_micros(i64::MIN);
    let mut expired_are_left = false;
    loop {
        // As long as expired documents are left, they are removed while nobody waits, and else between two groups.
        let next =
            if expired_are_left { jobs.try_recv() } else { log.next(&mut jobs, connection).ok_or(TryRecvError::Disconnected) };
        let mut deletes = false;
        match next {
            Ok(first) => {
                let mut group = group(first, &mut jobs);
                newest.see(clock.now());
                for job in &mut group {
                    newest.remember_for_long_enough(&mut job.batch);
                }
                deletes = group.iter().any(|job| log::deletes(&job.batch));
                for (job, answer) in commit_together(connection, published, group, clock.now()) {
                    // A caller that has gone away does not mind.
                    let _ = job.reply.send(answer);
                }
            }
            Err(TryRecvError::Empty) => {}
            Err(TryRecvError::Disconnected) => return,
        }
        let now = clock.now();
        let minutely = now.since(forgotten_at) >= EXPIRY_INTERVAL;
        if expired_are_left || minutely {
            forgotten_at = now;
            let removed = remove_expired(connection, now);
            deletes |= removed > 0;
            expired_are_left = removed == EXPIRY_BATCH;
        }
        if deletes {
            log.holds_deleted();
        }
        if minutely {
            newest.keep(&connection.lock());
        }
    }
}

/// The batch and what has queued up behind it.
fn group(first: Job, jobs: &mut mpsc::Receiver<Job>) -> Vec<Job> {
    let mut group = vec![first];
    while group.len() < GROUP
        && let Ok(next) = jobs.try_recv()
    {
        group.push(next);
    }
    group
}

/// Removes a bounded number of expired documents in a transaction of their own. Returns how many there were.
fn remove_expired(connection: &SharedConnection, now: Timestamp) -> usize {
    sql::forget_expired(&connection.lock(), now, EXPIRY_BATCH).unwrap_or_else(|error| {
        // Every read judges by the time, so nothing is wrong but the space: the next minute tries again.
        tracing::error!(error = %error, "the store could not remove expired documents");
        0
    })
}

/// One transaction for the whole group. A batch that loses a race is undone alone; when the disk fails, nothing of
/// the group has happened and every caller is told so.
fn commit_together(
    connection: &SharedConnection,
    published: &watch::Sender<u64>,
    group: Vec<Job>,
    now: Timestamp,
) -> Vec<(Job, Answer)> {
    let mut connection = connection.lock();
    let attempt = (|| {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut answers = Vec::with_capacity(group.len());
        let before = sql::last_position(&transaction)?;
        let mut last = before;
        for job in &group {
            sql::mark(&transaction)?;
            let answer = sql::apply(&transaction, &job.batch, now, &mut last);
            if let Err(error @ (StoreError::Unavailable(_) | StoreError::Broken(_))) = answer {
                return Err(error);
            }
            if answer.is_err() {
                sql::undo_to_mark(&transaction)?;
            }
            sql::release_mark(&transaction)?;
            answers.push(answer);
        }
        if last != before {
            sql::set_last_position(&transaction, last)?;
        }
        transaction.commit()?;
        published.send_if_modified(|known| std::mem::replace(known, last) != last);
        Ok(answers)
    })();
    match attempt {
        Ok(answers) => group.into_iter().zip(answers).collect(),
        Err(error) => {
            let broken = matches!(error, StoreError::Broken(_));
            let text = format!("{:#}", anyhow::Error::from(error));
            tracing::error!(error = %text, batches = group.len(), "the store could not commit");
            let answer = || {
                let cause = anyhow::anyhow!(text.clone());
                Err(if broken { StoreError::Broken(cause) } else { StoreError::Unavailable(cause) })
            };
            group.into_iter().map(|job| (job, answer())).collect()
        }
    }
}
