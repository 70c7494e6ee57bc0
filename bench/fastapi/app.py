"""The measured calls of Avanochi on FastAPI and SQLite, for bench/run.py.

One process, since SQLite has one writer. A read takes some microseconds of SQLite, so it is made right where the request
is handled: a thread pool would cost more than it. A write is one transaction, confirmed by the disk before it is answered.
Statements are prepared once (sqlite3 caches them), answers are put together as dictionaries and written by orjson, request
bodies are read by Pydantic. Passwords are hashed on threads, with the parameters that Avanochi has.
"""

import asyncio
import base64
import os
import sqlite3
import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Annotated

import jwt
import orjson
from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from fastapi import Depends, FastAPI, Header, HTTPException, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, StringConstraints

SECRET = os.environ["JWT_SECRET"]
LIFETIME = 3600

database = sqlite3.connect(os.environ["DATABASE"], isolation_level=None, check_same_thread=False, cached_statements=64)
database.row_factory = sqlite3.Row
for pragma in ("journal_mode = WAL", "synchronous = FULL", "busy_timeout = 5000"):
    database.execute(f"PRAGMA {pragma}")
query = database.execute

# 19 MiB, two passes, one lane.
passwords = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
app = FastAPI(docs_url=None, redoc_url=None)


class Answer(Response):
    """JSON, written by orjson."""

    media_type = "application/json"

    def render(self, content: object) -> bytes:
        return orjson.dumps(content)


class Transaction:
    """Everything within happens together; confirmed by the disk when it is left."""

    def __enter__(self) -> None:
        query("BEGIN IMMEDIATE")

    def __exit__(self, kind: object, *_: object) -> None:
        query("COMMIT" if kind is None else "ROLLBACK")


transaction = Transaction()


@app.exception_handler(HTTPException)
async def refused(_: Request, error: HTTPException) -> Answer:
    return Answer({"error": error.detail}, error.status_code)


async def caller(authorization: Annotated[str, Header()] = "") -> str:
    """Whose the token is."""
    scheme, _, token = authorization.partition(" ")
    try:
        if scheme.lower() != "bearer":
            raise HTTPException(401, "Unauthorized")
        return jwt.decode(token, SECRET, algorithms=["HS256"], options={"require": ["sub", "exp"]})["sub"]
    except jwt.InvalidTokenError:
        raise HTTPException(401, "Unauthorized") from None


Caller = Annotated[str, Depends(caller)]


def own(user: str, named: str) -> None:
    if user != named:
        raise HTTPException(403, "You may not do this")


def stamp() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def task_view(row: sqlite3.Row) -> dict:
    return {
        "id": row["id"],
        "user_id": row["user_id"],
        "title": row["title"],
        "completed": row["completed_at"] is not None,
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
        "completed_at": row["completed_at"],
    }


def extend_run(user: str) -> None:
    """Today counts for the streak."""
    run = query("SELECT run_start, run_end, longest_streak FROM counters WHERE user_id = ?", (user,)).fetchone()
    today = datetime.now(UTC).date()
    if run["run_end"] == today.isoformat():
        return
    yesterday = (today - timedelta(days=1)).isoformat()
    start = date.fromisoformat(run["run_start"]) if run["run_end"] == yesterday else today
    longest = max(run["longest_streak"], (today - start).days + 1)
    query(
        "UPDATE counters SET run_start = ?, run_end = ?, longest_streak = ? WHERE user_id = ?",
        (start.isoformat(), today.isoformat(), longest, user),
    )


class Credentials(BaseModel):
    username: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]
    password: Annotated[str, StringConstraints(min_length=8, max_length=256)]


class Attempt(BaseModel):
    username: str
    password: str


class NewTask(BaseModel):
    title: str
    user_id: str


class TaskPatch(BaseModel):
    action: str | None = None
    title: str | None = None


class NamedUser(BaseModel):
    user_id: str


@app.get("/api/health")
async def health() -> Answer:
    return Answer({"status": "ok"})


@app.post("/api/auth/register")
async def register(body: Credentials) -> Answer:
    password_hash = await asyncio.to_thread(passwords.hash, body.password)
    user, now = str(uuid.uuid4()), stamp()
    try:
        with transaction:
            query("INSERT INTO users VALUES (?, ?, ?, ?)", (user, body.username.casefold(), password_hash, now))
            query("INSERT INTO counters (user_id) VALUES (?)", (user,))
    except sqlite3.IntegrityError:
        raise HTTPException(409, "This username is already taken") from None
    return Answer({"id": user, "name": body.username, "time_zone": "UTC", "created_at": now, "updated_at": None}, 201)


@app.post("/api/auth/login")
async def login(body: Attempt) -> Answer:
    name = body.username.strip().casefold()
    found = query("SELECT id, password_hash FROM users WHERE name = ?", (name,)).fetchone()
    try:
        await asyncio.to_thread(passwords.verify, found["password_hash"] if found else "", body.password)
    except (VerificationError, ValueError):
        raise HTTPException(401, "Wrong username or password") from None
    now = int(datetime.now(UTC).timestamp())
    claims = {"sub": found["id"], "iat": now, "exp": now + LIFETIME, "jti": str(uuid.uuid4())}
    token = jwt.encode(claims, SECRET, "HS256")
    answer = Answer({"token": token, "token_type": "Bearer", "expires_in": LIFETIME, "user_id": found["id"]})
    answer.set_cookie("auth_token", token, LIFETIME, path="/api", httponly=True, samesite="lax")
    return answer


@app.post("/api/tasks")
async def create_task(user: Caller, body: NewTask) -> Answer:
    own(user, body.user_id)
    title = body.title.strip()
    if not 1 <= len(title) <= 500:
        raise HTTPException(400, "Task title cannot be empty")
    task, now = str(uuid.uuid4()), stamp()
    with transaction:
        query("INSERT INTO tasks VALUES (?, ?, ?, ?, NULL, NULL)", (task, user, title, now))
        query("UPDATE counters SET total_tasks = total_tasks + 1 WHERE user_id = ?", (user,))
    view = {"id": task, "user_id": user, "title": title, "completed": False, "created_at": now}
    return Answer(view | {"updated_at": None, "completed_at": None}, 201, {"Location": f"/api/tasks/{task}"})


@app.get("/api/tasks")
async def list_tasks(user: Caller, limit: Annotated[int, Query(ge=1, le=1000)] = 1000, cursor: str = "") -> Answer:
    try:
        created_at, _, task = base64.urlsafe_b64decode(cursor).decode().partition(" ")
    except ValueError:
        raise HTTPException(400, "The cursor does not belong to this list") from None
    rows = query(
        "SELECT * FROM tasks WHERE user_id = ? AND (created_at, id) > (?, ?) ORDER BY created_at, id LIMIT ?",
        (user, created_at, task, limit + 1),
    ).fetchall()
    headers = {}
    if len(rows) > limit:
        last = rows[limit - 1]
        after = base64.urlsafe_b64encode(f"{last['created_at']} {last['id']}".encode()).decode()
        headers["Link"] = f'</api/tasks?limit={limit}&cursor={after}>; rel="next"'
    return Answer([task_view(row) for row in rows[:limit]], headers=headers)


@app.get("/api/tasks/{task}")
async def get_task(user: Caller, task: str) -> Answer:
    row = query("SELECT * FROM tasks WHERE id = ? AND user_id = ?", (task, user)).fetchone()
    if row is None:
        raise HTTPException(404, "Task not found")
    return Answer(task_view(row))


@app.patch("/api/tasks/{task}")
async def update_task(user: Caller, task: str, body: TaskPatch) -> Answer:
    action = body.action or ("complete" if body.title is None else None)
    if action not in ("complete", "reopen", None):
        raise HTTPException(400, "Unsupported action; the supported actions are: complete, reopen")
    with transaction:
        row = query("SELECT * FROM tasks WHERE id = ? AND user_id = ?", (task, user)).fetchone()
        if row is None:
            raise HTTPException(404, "Task not found")
        view, now = task_view(row), stamp()
        changed = action == ("reopen" if view["completed"] else "complete")
        if changed:
            view["completed"] = not view["completed"]
            view["completed_at"] = now if view["completed"] else None
            more = 1 if view["completed"] else -1
            query("UPDATE counters SET completed_tasks = completed_tasks + ? WHERE user_id = ?", (more, user))
            if view["completed"]:
                extend_run(user)
        if body.title is not None:
            view["title"] = body.title.strip()
        if changed or body.title is not None:
            view["updated_at"] = now
            query(
                "UPDATE tasks SET title = ?, updated_at = ?, completed_at = ? WHERE id = ?",
                (view["title"], now, view["completed_at"], task),
            )
    return Answer(view)


def session_view(row: sqlite3.Row) -> dict:
    return {name: row[name] for name in ("id", "user_id", "start_time", "end_time", "duration")}


@app.post("/api/work_sessions/start")
async def start_session(user: Caller, body: NamedUser) -> Answer:
    own(user, body.user_id)
    session, now = str(uuid.uuid4()), stamp()
    try:
        with transaction:
            query("INSERT INTO work_sessions VALUES (?, ?, ?, NULL, NULL)", (session, user, now))
    except sqlite3.IntegrityError:
        raise HTTPException(400, "Active session already exists") from None
    view = {"id": session, "user_id": user, "start_time": now, "end_time": None, "duration": None}
    return Answer(view, 201, {"Location": f"/api/work_sessions/{session}"})


@app.post("/api/work_sessions/{session}/end")
async def end_session(user: Caller, session: str) -> Answer:
    with transaction:
        row = query("SELECT * FROM work_sessions WHERE id = ? AND user_id = ?", (session, user)).fetchone()
        if row is None:
            raise HTTPException(404, "Work session not found")
        view = session_view(row)
        if view["end_time"] is None:
            view["end_time"] = stamp()
            worked = datetime.fromisoformat(view["end_time"]) - datetime.fromisoformat(view["start_time"])
            micros = worked // timedelta(microseconds=1)
            view["duration"] = round(micros / 3.6e9, 2)
            query(
                "UPDATE work_sessions SET end_time = ?, duration = ? WHERE id = ?",
                (view["end_time"], view["duration"], session),
            )
            query(
                "UPDATE counters SET total_sessions = total_sessions + 1, worked_micros = worked_micros + ? WHERE user_id = ?",
                (micros, user),
            )
            extend_run(user)
    return Answer(view)


@app.get("/api/work_sessions/active")
async def active_session(user: Caller, user_id: str) -> Answer:
    own(user, user_id)
    row = query("SELECT * FROM work_sessions WHERE user_id = ? AND end_time IS NULL", (user,)).fetchone()
    return Answer({"active": False} if row is None else session_view(row))


@app.get("/api/stats/{user_id}")
async def get_stats(user: Caller, user_id: str) -> Answer:
    own(user, user_id)
    row = query(
        "SELECT counters.*, EXISTS (SELECT 1 FROM work_sessions WHERE user_id = ?1 AND end_time IS NULL) AS active"
        " FROM counters WHERE user_id = ?1",
        (user,),
    ).fetchone()
    if row is None:
        raise HTTPException(404, "User not found")
    today, streak = datetime.now(UTC).date(), 0
    if row["run_end"] and date.fromisoformat(row["run_end"]) >= today - timedelta(days=1):
        streak = (date.fromisoformat(row["run_end"]) - date.fromisoformat(row["run_start"])).days + 1
    hours = round(row["worked_micros"] / 3.6e9, 2)
    return Answer({
        "user_id": user,
        "total_tasks": row["total_tasks"],
        "completed_tasks": row["completed_tasks"],
        "total_sessions": row["total_sessions"],
        "total_hours": hours,
        "hours_worked": hours,
        "tasks_completed": row["completed_tasks"],
        "current_streak": streak,
        "longest_streak": row["longest_streak"],
        "active_session": bool(row["active"]),
        "as_of": stamp(),
    })
