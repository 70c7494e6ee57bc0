-- The tables of the two servers that are measured beside the product, bench/fastapi and bench/fastify: each query is one
-- seek in an index, and what statistics tell is kept in one row a user, changed in the transaction of what it counts.
PRAGMA journal_mode = WAL;
CREATE TABLE users (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE tasks (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL,
    title TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT,
    completed_at TEXT
) STRICT;
CREATE INDEX tasks_of_user ON tasks (user_id, created_at, id);
CREATE TABLE work_sessions (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL,
    start_time TEXT NOT NULL,
    end_time TEXT,
    duration REAL
) STRICT;
CREATE UNIQUE INDEX active_session ON work_sessions (user_id) WHERE end_time IS NULL;
CREATE TABLE counters (
    user_id TEXT PRIMARY KEY,
    total_tasks INTEGER NOT NULL DEFAULT 0,
    completed_tasks INTEGER NOT NULL DEFAULT 0,
    total_sessions INTEGER NOT NULL DEFAULT 0,
    worked_micros INTEGER NOT NULL DEFAULT 0,
    run_start TEXT,
    run_end TEXT,
    longest_streak INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
