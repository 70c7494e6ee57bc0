//! Bare SQLite: the statements that creating a task comes to, by callers that wait for the disk's confirmation, with
//! nothing before them: no HTTP, no JSON, no decisions. One writer takes all that waits into one transaction, as the
//! product's does.
//!
//! `bare-sqlite DATABASE CALLERS SECONDS` works on a database that the product has made, and prints one line of JSON.

use std::{
    path::Path,
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior, params};
use uuid::Uuid;

/// As many as the product's writer takes at most.
const GROUP: usize = 256;

const CREATE: &str = "
    INSERT INTO documents (pk, kind, id, seq, op, place0, facet, position, expires_at, body)
    VALUES (?1, 'tasks', ?2, ?3, ?4, ?5, 'open', ?6, NULL, ?7)
    ON CONFLICT (pk, kind, id) DO UPDATE SET seq = ?3, op = ?4, body = ?7 WHERE documents.expires_at <= ?5";
const REPLACE: &str = "
    UPDATE documents SET seq = ?2, op = ?3, place0 = NULL, facet = NULL, position = NULL, expires_at = NULL, body = ?4
    WHERE pk = ?1 AND kind = 'summaries' AND id = 'summary' AND op = ?5 AND deleted_at IS NULL
      AND (expires_at IS NULL OR expires_at > ?6)";

/// A user of the database, and what the user's next task is made from.
struct User {
    pk: String,
    seq: i64,
    op: [u8; 16],
    task: String,
    summary: String,
}

struct Job {
    user: User,
    reply: mpsc::SyncSender<User>,
}

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [database, callers, seconds] = arguments.as_slice() else { anyhow::bail!("DATABASE CALLERS SECONDS") };
    let (callers, seconds): (usize, f64) = (callers.parse()?, seconds.parse()?);
    let mut connection = open(Path::new(database))?;
    let users = users(&connection, callers)?;
    let (sender, jobs) = mpsc::channel();
    let began = Instant::now();
    let end = began + Duration::from_secs_f64(seconds);
    let waiting: Vec<_> = users
        .into_iter()
        .map(|user| {
            let sender = sender.clone();
            thread::spawn(move || call(user, &sender, end))
        })
        .collect();
    drop(sender);
    write(&mut connection, &jobs)?;
    let mut times: Vec<Duration> = Vec::new();
    for caller in waiting {
        times.extend(caller.join().map_err(|_| anyhow::anyhow!("a caller ended in a panic"))??);
    }
    let took = began.elapsed();
    times.sort_unstable();
    let at = |hundredths: usize| times.get(times.len() * hundredths / 100).map_or(0, Duration::as_micros);
    println!(r#"{{"requests":{},"seconds":{},"p50_us":{},"p99_us":{}}}"#, times.len(), took.as_secs_f64(), at(50), at(99));
    Ok(())
}

fn open(database: &Path) -> anyhow::Result<Connection> {
    let connection = Connection::open(database)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    Ok(connection)
}

/// Users that have open tasks.
fn users(connection: &Connection, callers: usize) -> anyhow::Result<Vec<User>> {
    let limit = i64::try_from(callers)?;
    let mut statement = connection.prepare(
        "SELECT s.pk, s.seq, s.op, s.body, (SELECT t.body FROM documents t WHERE t.pk = s.pk AND t.kind = 'tasks' LIMIT 1)
         FROM documents s WHERE s.kind = 'summaries' AND s.id = 'summary' AND length(s.body) < 1000 LIMIT ?1",
    )?;
    let found = statement.query_map([limit], |row| {
        Ok(User { pk: row.get(0)?, seq: row.get(1)?, op: row.get(2)?, summary: row.get(3)?, task: row.get(4)? })
    })?;
    let found: Vec<User> = found.collect::<Result<_, _>>()?;
    anyhow::ensure!(found.len() == callers, "the database has {} users with tasks", found.len());
    Ok(found)
}

/// Hands in one task after the other, and tells how long each took.
fn call(mut user: User, sender: &mpsc::Sender<Job>, end: Instant) -> anyhow::Result<Vec<Duration>> {
    let mut times = Vec::new();
    while Instant::now() < end {
        let began = Instant::now();
        let (reply, answer) = mpsc::sync_channel(1);
        sender.send(Job { user, reply }).context("the writer has stopped")?;
        user = answer.recv().context("the writer has stopped")?;
        times.push(began.elapsed());
    }
    Ok(times)
}

fn write(connection: &mut Connection, jobs: &mpsc::Receiver<Job>) -> anyhow::Result<()> {
    let mut clock: i64 = connection.query_row("SELECT max(place0) FROM documents WHERE kind = 'tasks'", [], |row| row.get(0))?;
    while let Ok(first) = jobs.recv() {
        let mut group = vec![first];
        group.extend(jobs.try_iter().take(GROUP - 1));
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let position: Option<i64> =
            transaction.prepare_cached("SELECT last FROM feed")?.query_row([], |row| row.get(0)).optional()?;
        let mut position = position.context("no feed")?;
        for job in &mut group {
            let user = &mut job.user;
            (clock, position, user.seq) = (clock + 1, position + 1, user.seq + 1);
            // Ascending, like the product's, and never the same again.
            let op = Uuid::from_u128((0x7fff << 112) + u128::try_from(position)?);
            let (id, op) = (op.to_string(), op.into_bytes());
            transaction.prepare_cached(CREATE)?.execute(params![user.pk, id, user.seq, op, clock, position, user.task])?;
            let changed =
                transaction.prepare_cached(REPLACE)?.execute(params![user.pk, user.seq, op, user.summary, user.op, clock])?;
            anyhow::ensure!(changed == 1, "the summary was not replaced");
            user.op = op;
        }
        transaction.prepare_cached("UPDATE feed SET last = ?1")?.execute([position])?;
        transaction.commit()?;
        for job in group {
            // A caller that has gone away does not mind.
            let _ = job.reply.send(job.user);
        }
    }
    Ok(())
}
