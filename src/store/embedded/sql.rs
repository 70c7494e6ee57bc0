//! Every SQL statement of the embedded store, each with the code that binds and reads it.

use rusqlite::{Connection, Row, named_params, params};
use uuid::Uuid;

use super::lists;
use crate::{
    kernel::{Page, PageRequest, Timestamp},
    store::{
        Batch, Change, Document, Draft, Etag, Key, KeyRange, Kind, Partition, Query, Scope, StoreError, Write,
        page::{Filling, List},
    },
};

const GET: &str = "
    SELECT op, seq, body FROM documents
    WHERE pk = ?1 AND kind = ?2 AND id = ?3 AND deleted_at IS NULL AND (expires_at IS NULL OR expires_at > ?4)";

const NAMED: &str = "
    SELECT pk, kind, id, op, seq, deleted_at, body, NULL FROM documents
    WHERE pk = :pk AND kind = :kind AND id IN (SELECT value FROM json_each(:ids)) AND id > :id
      AND deleted_at IS NULL AND (expires_at IS NULL OR expires_at > :now)
    ORDER BY id LIMIT :limit";
const EVERYTHING: &str = "
    SELECT pk, kind, id, op, seq, deleted_at, body, NULL FROM documents
    WHERE pk = :pk AND (kind, id) > (:kind, :id)
    ORDER BY kind, id LIMIT :limit";
const CHANGES: &str = "
    SELECT pk, kind, id, op, seq, deleted_at, body, NULL FROM documents INDEXED BY documents_changed
    WHERE pk = :pk AND position IS NOT NULL AND (seq, kind, id) > (:seq, :kind, :id)
      AND (expires_at IS NULL OR expires_at > :now)
    ORDER BY seq, kind, id LIMIT :limit";
const COMMITTED: &str = "
    SELECT position, pk, kind, id, seq FROM documents INDEXED BY documents_committed
    WHERE position IS NOT NULL AND position > ?1 ORDER BY position LIMIT ?2";
const LAST_POSITION: &str = "SELECT last FROM feed";
const SET_LAST_POSITION: &str = "UPDATE feed SET last = ?1";

// A tombstone and an expired document are as good as none, so creating over them succeeds.
const CREATE: &str = "
    INSERT INTO documents
        (pk, kind, id, seq, op, place0, place1, place2, place3, facet, position, expires_at, body)
    VALUES (:pk, :kind, :id, :seq, :op, :place0, :place1, :place2, :place3, :facet, :position, :expires_at, :body)
    ON CONFLICT (pk, kind, id) DO UPDATE SET seq = :seq, op = :op, place0 = :place0, place1 = :place1, place2 = :place2,
        place3 = :place3, facet = :facet, position = :position, expires_at = :expires_at, deleted_at = NULL, body = :body
    WHERE documents.expires_at <= :now OR documents.deleted_at IS NOT NULL";
const REPLACE: &str = "
    UPDATE documents SET seq = :seq, op = :op, place0 = :place0, place1 = :place1, place2 = :place2, place3 = :place3,
        facet = :facet, position = :position, expires_at = :expires_at, body = :body
    WHERE pk = :pk AND kind = :kind AND id = :id AND op = :etag AND deleted_at IS NULL
      AND (expires_at IS NULL OR expires_at > :now)";
const BURY: &str = "
    UPDATE documents SET seq = :seq, op = :op, place0 = NULL, place1 = NULL, place2 = NULL, place3 = NULL,
        facet = NULL, position = :position, expires_at = :forget_at, deleted_at = :at, body = 'null'
    WHERE pk = :pk AND kind = :kind AND id = :id AND op = :etag AND deleted_at IS NULL
      AND (expires_at IS NULL OR expires_at > :now)";
const REMOVE: &str = "DELETE FROM documents WHERE pk = ?1 AND kind = ?2 AND id = ?3 AND (?4 IS NULL OR op = ?4)";

// Around a batch within the transaction of its group.
const MARK: &str = "SAVEPOINT batch";
const RELEASE_MARK: &str = "RELEASE batch";
const UNDO_TO_MARK: &str = "ROLLBACK TO batch";

const FORGET_EXPIRED: &str = "
    DELETE FROM documents WHERE rowid IN
        (SELECT rowid FROM documents WHERE expires_at IS NOT NULL AND expires_at <= ?1 ORDER BY expires_at LIMIT ?2)";

pub fn get(connection: &Connection, key: Key, now: Timestamp) -> Result<Option<Document>, StoreError> {
    let mut statement = connection.prepare_cached(GET)?;
    let mut rows = statement.query(params![key.partition.as_str(), key.kind, key.id, now.micros()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let op = Uuid::from_bytes(row.get(0)?);
    Ok(Some(Document { key, etag: etag_of(op), op, seq: number(row, 1)?, deleted_at: None, body: row.get(2)? }))
}

pub fn query(connection: &Connection, query: &Query, now: Timestamp) -> Result<Page<Document>, StoreError> {
    match query {
        Query::List { scope, kind, facet, order, span, page } => {
            known_range(scope)?;
            let list = List { scope, kind, facet: *facet, order: *order };
            let start = list.start(*span, page)?;
            let (partition, pk) = match scope {
                Scope::Partition(partition, _) => (Some(partition), partition.as_str()),
                Scope::Everybody | Scope::Range(_) => (None, start.partition.as_str()),
            };
            let values = named_params! { ":pk": pk, ":kind": kind, ":facet": facet, ":place": start.place, ":id": start.id,
            ":end": list.end(*span), ":now": now.micros(), ":limit": one_more(page) };
            let known = Known { partition, kind: Some(kind) };
            read_page(connection, lists::statement(&list), values, page, known, |last, place| {
                list.cursor(place, last.key.partition.as_str(), &last.key.id)
            })
        }
        Query::Named { partition, kind, ids, page } => {
            let (id,) = after::<(String,)>(page)?.unwrap_or_default();
            let ids = serde_json::json!(ids).to_string();
            let values = named_params! { ":pk": partition.as_str(), ":kind": kind, ":ids": ids, ":id": id,
            ":now": now.micros(), ":limit": one_more(page) };
            let known = Known { partition: Some(partition), kind: Some(kind) };
            read_page(connection, NAMED, values, page, known, |last, _| serde_json::json!([last.key.id]).to_string())
        }
        Query::Changes { partition, since, page } => {
            let (seq, kind, id) =
                after::<(i64, String, String)>(page)?.unwrap_or((stored(*since)?, String::new(), String::new()));
            let values = named_params! { ":pk": partition.as_str(), ":seq": seq, ":kind": kind, ":id": id,
            ":now": now.micros(), ":limit": one_more(page) };
            let known = Known { partition: Some(partition), kind: None };
            read_page(connection, CHANGES, values, page, known, |last, _| {
                serde_json::json!([last.seq, last.key.kind, last.key.id]).to_string()
            })
        }
        Query::Everything { partition, page } => {
            let (kind, id) = after::<(String, String)>(page)?.unwrap_or_default();
            let values = named_params! { ":pk": partition.as_str(), ":kind": kind, ":id": id, ":limit": one_more(page) };
            let known = Known { partition: Some(partition), kind: None };
            read_page(connection, EVERYTHING, values, page, known, |last, _| {
                serde_json::json!([last.key.kind, last.key.id]).to_string()
            })
        }
    }
}

/// What was published after a position, and the position up to which that is all.
pub fn committed(connection: &Connection, position: u64, limit: usize) -> Result<(Vec<Change>, u64), StoreError> {
    // Read first: whatever is published meanwhile is then at worst told and not yet counted as told.
    let end = last_position(connection)?;
    let mut statement = connection.prepare_cached(COMMITTED)?;
    let mut rows = statement.query(params![stored(position)?, i64::try_from(limit).unwrap_or(i64::MAX)])?;
    let (mut changes, mut last) = (Vec::new(), position);
    while let Some(row) = rows.next()? {
        last = number(row, 0)?;
        let partition = Partition::named(row.get::<_, String>(1)?);
        changes.push(Change { partition, kind: Kind::Owned(row.get(2)?), id: row.get(3)?, seq: number(row, 4)? });
    }
    if changes.len() < limit {
        // What was at the places up to the end has been removed, and nobody should wait for it.
        last = last.max(end);
    }
    Ok((changes, last))
}

/// The position of whatever was published last.
pub fn last_position(connection: &Connection) -> rusqlite::Result<u64> {
    connection.prepare_cached(LAST_POSITION)?.query_row([], |row| number(row, 0))
}

pub fn set_last_position(connection: &Connection, last: u64) -> Result<(), StoreError> {
    connection.prepare_cached(SET_LAST_POSITION)?.execute([stored(last)?])?;
    Ok(())
}

/// Remembers the state before a batch, until [`release_mark`].
pub fn mark(connection: &Connection) -> rusqlite::Result<()> {
    connection.prepare_cached(MARK)?.execute([]).map(drop)
}

pub fn undo_to_mark(connection: &Connection) -> rusqlite::Result<()> {
    connection.prepare_cached(UNDO_TO_MARK)?.execute([]).map(drop)
}

pub fn release_mark(connection: &Connection) -> rusqlite::Result<()> {
    connection.prepare_cached(RELEASE_MARK)?.execute([]).map(drop)
}

/// Applies the whole batch to the open transaction; the caller undoes what was done when it fails. What is published
/// gets the positions after `last`, which is moved on.
pub fn apply(connection: &Connection, batch: &Batch, now: Timestamp, last: &mut u64) -> Result<Vec<Etag>, StoreError> {
    for (index, write) in batch.writes.iter().enumerate() {
        let done = apply_one(connection, batch, write, now, last)?;
        match write {
            Write::Create(_) if !done => return Err(StoreError::Exists(index)),
            Write::Replace(..) | Write::Tombstone { .. } | Write::Remove { etag: Some(_), .. } if !done => {
                return Err(StoreError::Stale(index));
            }
            _ => {}
        }
    }
    Ok(vec![etag_of(batch.op); batch.writes.len()])
}

/// Removes documents whose time has passed, at most `limit`, and returns how many.
pub fn forget_expired(connection: &Connection, now: Timestamp, limit: usize) -> rusqlite::Result<usize> {
    connection.prepare_cached(FORGET_EXPIRED)?.execute(params![now.micros(), i64::try_from(limit).unwrap_or(i64::MAX)])
}

/// Whether the write found what it needs.
fn apply_one(connection: &Connection, batch: &Batch, write: &Write, now: Timestamp, last: &mut u64) -> Result<bool, StoreError> {
    let (pk, op) = (batch.partition.as_str(), batch.op.as_bytes().as_slice());
    let mut next = |published: bool| {
        *last += u64::from(published);
        published.then(|| stored(*last)).transpose()
    };
    let changed = match write {
        Write::Create(Draft { kind, id, seq, places, facet, published, expires_at, body }) => {
            connection.prepare_cached(CREATE)?.execute(named_params! { ":pk": pk, ":kind": kind, ":id": id,
            ":seq": stored(*seq)?, ":op": op, ":place0": places[0], ":place1": places[1], ":place2": places[2],
            ":place3": places[3], ":facet": facet,
            ":position": next(*published)?, ":expires_at": expires_at.map(Timestamp::micros), ":body": body, ":now": now.micros() })?
        }
        Write::Replace(Draft { kind, id, seq, places, facet, published, expires_at, body }, etag) => {
            let Some(etag) = read_etag(etag) else { return Ok(false) };
            connection.prepare_cached(REPLACE)?.execute(named_params! { ":pk": pk, ":kind": kind, ":id": id,
            ":seq": stored(*seq)?, ":op": op, ":place0": places[0], ":place1": places[1], ":place2": places[2],
            ":place3": places[3], ":facet": facet,
            ":position": next(*published)?, ":expires_at": expires_at.map(Timestamp::micros), ":body": body, ":etag": etag.as_bytes().as_slice(),
            ":now": now.micros() })?
        }
        Write::Tombstone { kind, id, seq, published, at, forget_at, etag } => {
            let Some(etag) = read_etag(etag) else { return Ok(false) };
            connection.prepare_cached(BURY)?.execute(named_params! { ":pk": pk, ":kind": kind, ":id": id,
            ":seq": stored(*seq)?, ":op": op, ":position": next(*published)?, ":at": at.micros(), ":forget_at": forget_at.micros(),
            ":etag": etag.as_bytes().as_slice(), ":now": now.micros() })?
        }
        Write::Remove { kind, id, etag } => {
            let wanted = etag.as_ref().map(read_etag);
            let Some(wanted) = wanted.map_or(Some(None), |etag| etag.map(Some)) else { return Ok(false) };
            let wanted = wanted.map(|etag| *etag.as_bytes());
            connection.prepare_cached(REMOVE)?.execute(params![pk, kind, id, wanted.as_ref().map(<[u8; 16]>::as_slice)])?
        }
    };
    Ok(changed == 1)
}

fn read_page(
    connection: &Connection,
    sql: &str,
    values: &[(&str, &dyn rusqlite::ToSql)],
    page: &PageRequest,
    known: Known<'_>,
    cursor: impl FnOnce(&Document, i64) -> String,
) -> Result<Page<Document>, StoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    // One set of values serves all statements; each binds those that it names.
    for (name, value) in values {
        if let Some(index) = statement.parameter_index(name)? {
            statement.raw_bind_parameter(index, value)?;
        }
    }
    let mut rows = statement.raw_query();
    let mut filling = Filling::new(page);
    while let Some(row) = rows.next()?
        && filling.take(document(row, known)?, row.get(7)?)
    {}
    filling.page(|last, place| Ok(cursor(last, place)))
}

/// The one range of this store: everything is in one file.
pub fn whole() -> KeyRange {
    KeyRange::new("all")
}

/// Errors: `Broken` for a range of another store.
fn known_range(scope: &Scope) -> Result<(), StoreError> {
    match scope {
        Scope::Range(range) if *range != whole() => Err(StoreError::Broken(anyhow::anyhow!("not a range of this store"))),
        _ => Ok(()),
    }
}

/// What all documents of a page have in common, and need not be read of each.
#[derive(Clone, Copy)]
struct Known<'a> {
    partition: Option<&'a Partition>,
    kind: Option<&'a Kind>,
}

fn document(row: &Row<'_>, known: Known<'_>) -> rusqlite::Result<Document> {
    let op = Uuid::from_bytes(row.get(3)?);
    let partition = known.partition.map_or_else(|| row.get::<_, String>(0).map(Partition::named), |known| Ok(known.clone()));
    let kind = known.kind.map_or_else(|| row.get(1).map(Kind::Owned), |known| Ok(known.clone()));
    Ok(Document {
        key: Key { partition: partition?, kind: kind?, id: row.get(2)? },
        etag: etag_of(op),
        op,
        seq: number(row, 4)?,
        deleted_at: row.get::<_, Option<i64>>(5)?.map(Timestamp::from_micros),
        body: row.get(6)?,
    })
}

fn number(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    Ok(u64::try_from(row.get::<_, i64>(column)?).unwrap_or(0))
}

fn after<T: serde::de::DeserializeOwned>(page: &PageRequest) -> Result<Option<T>, StoreError> {
    page.after.as_deref().map(|text| serde_json::from_str(text).map_err(|_| StoreError::BadCursor)).transpose()
}

fn one_more(page: &PageRequest) -> i64 {
    i64::try_from(page.limit.get() + 1).unwrap_or(i64::MAX)
}

fn stored(seq: u64) -> Result<i64, StoreError> {
    i64::try_from(seq).map_err(|e| StoreError::Broken(e.into()))
}

// A document is written at most once by an operation, so the operation names the version.
fn etag_of(op: Uuid) -> Etag {
    Etag::new(op.simple().to_string())
}

fn read_etag(etag: &Etag) -> Option<Uuid> {
    Uuid::try_parse(etag.as_str()).ok()
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as E;
        match error.sqlite_error_code() {
            Some(
                E::DiskFull
                | E::SystemIoFailure
                | E::ReadOnly
                | E::CannotOpen
                | E::DatabaseBusy
                | E::DatabaseLocked
                | E::OutOfMemory,
            ) => Self::Unavailable(error.into()),
            Some(E::TooBig) => Self::TooLarge,
            _ => Self::Broken(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        kernel::Limit,
        store::{Order, Place, Span},
    };

    /// A page must cost what it returns: a seek into an index that has the order already.
    #[test]
    fn every_list_is_one_seek_in_an_index() {
        let mut connection = Connection::open_in_memory().expect("memory");
        super::super::schema::migrate(&mut connection).expect("schema");
        let others = [
            (GET, "sqlite_autoindex_documents_1 (pk=? AND kind=? AND id=?)"),
            (CHANGES, "documents_changed (pk=? AND (seq,kind,id)>(?,?,?))"),
            (COMMITTED, "documents_committed (position>?)"),
            (NAMED, "sqlite_autoindex_documents_1 (pk=? AND kind=? AND id=?)"),
            (EVERYTHING, "sqlite_autoindex_documents_1 (pk=? AND (kind,id)>(?,?))"),
        ];
        let others = others.into_iter().map(|(sql, index)| (sql, index.to_owned()));
        for (sql, index) in others.chain(lists::all_with_their_plans()) {
            let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).expect("plan");
            let mut rows = statement.raw_query();
            let mut steps = Vec::new();
            while let Some(row) = rows.next().expect("row") {
                steps.push(row.get::<_, String>(3).expect("text"));
            }
            let listed = ["LIST SUBQUERY 1", "SCAN json_each VIRTUAL TABLE INDEX 1:", "CREATE BLOOM FILTER"];
            steps.retain(|step| !listed.contains(&step.as_str()));
            assert_eq!(steps, [format!("SEARCH documents USING INDEX {index}")], "{sql}");
        }
    }

    /// Without a guarantee, a new value for a statement on partial indexes makes a new plan.
    #[test]
    fn a_list_is_planned_once() {
        let mut connection = Connection::open_in_memory().expect("memory");
        super::super::prepare_once(&connection).expect("prepared");
        super::super::schema::migrate(&mut connection).expect("schema");
        let now = Timestamp::from_micros(0);
        let (scope, kind) = (|n| Scope::Partition(Partition::named(format!("user {n}")), Place::SECOND), Kind::Borrowed("tasks"));
        for n in 1..5 {
            let page = PageRequest::first(Limit::new(n).expect("a limit"));
            let (kind, facet, order) = (kind.clone(), None, Order::Descending);
            let list = Query::List { scope: scope(n), kind, facet, order, span: Span::ALL, page };
            query(&connection, &list, now).expect("a page");
        }
        let sql = lists::statement(&List { scope: &scope(0), kind: &kind, facet: None, order: Order::Descending });
        let statement = connection.prepare_cached(sql).expect("kept");
        assert_eq!(statement.get_status(rusqlite::StatementStatus::RePrepare), 0);
        assert_eq!(statement.get_status(rusqlite::StatementStatus::Run), 4);
    }
}
