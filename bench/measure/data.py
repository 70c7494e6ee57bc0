"""What stands in the stores before the load: who the users are, and the same documents for every server."""

import base64
import hashlib
import hmac
import json
import random
import sqlite3
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

SECRET = "for measuring only, and long enough for what it signs"
LOGIN = {"username": "somebody", "password": "correct horse battery"}
# As many as may write at once, and more, since what one user changes is changed in turn.
WRITERS = 64
HISTORY = 20_000
# Of users whom nobody asks about: they fill the store up to 100,000 documents.
OTHERS, OTHERS_TASKS = 30, 2_000


@dataclass
class User:
    """One user and what is known to be theirs."""

    id: str
    token: str
    tasks: list[str]


@dataclass
class Data:
    """The users of the prepared store."""

    small: User
    large: User
    writers: list[User]
    documents: list[dict]


def token(user: str) -> str:
    """A token as all servers verify it, good for an hour, the longest that ours takes unless told otherwise."""

    def part(raw: bytes) -> str:
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

    now = int(time.time())
    claims = {"sub": user, "iat": now, "exp": now + 3_600, "jti": str(uuid.uuid4())}
    signed = f'{part(b"""{"typ":"JWT","alg":"HS256"}""")}.{part(json.dumps(claims, separators=(",", ":")).encode())}'
    return f"{signed}.{part(hmac.digest(SECRET.encode(), signed.encode(), hashlib.sha256))}"


def stamp(at: datetime) -> str:
    """As the contract writes times."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def make() -> Data:
    """The same ids with every run; times that end an hour ago."""
    chance = random.Random(7)
    end = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)
    documents: list[dict] = []

    def new_id() -> str:
        return str(uuid.UUID(int=chance.getrandbits(128), version=4))

    def user(name: str, tasks: int, sessions: int) -> User:
        made = User(new_id(), "", [])
        made.token = token(made.id)
        documents.append({"id": made.id, "type": "user", "name": name, "password_hash": None, "created_at": stamp(end - timedelta(days=900))})
        for index in range(tasks):
            task, at = new_id(), end - timedelta(hours=tasks - index)
            # Every second one is done; those that are loaded with completing are not.
            done = stamp(at + timedelta(minutes=30)) if index % 2 and tasks > 1 else None
            made.tasks.append(task)
            documents.append({"id": task, "type": "task", "user_id": made.id, "title": "Write the report of the week", "completed": bool(done),
                              "created_at": stamp(at), "updated_at": done})
        for index in range(sessions):
            at = end - timedelta(hours=sessions - index)
            documents.append({"id": new_id(), "type": "work_session", "user_id": made.id, "start_time": stamp(at),
                              "end_time": stamp(at + timedelta(minutes=20))})
        return made

    small, large = user("small", 10, 10), user("large", HISTORY, HISTORY)
    documents.append({"id": new_id(), "type": "work_session", "user_id": small.id, "start_time": stamp(end), "end_time": None})
    writers = [user(f"writer {index}", 1, 0) for index in range(WRITERS)]
    for index in range(OTHERS):
        user(f"other {index}", OTHERS_TASKS, 0)
    return Data(small, large, writers, documents)


def fill(database: Path, schema: Path, data: Data) -> None:
    """Writes the documents into the tables of the servers that are compared."""
    connection = sqlite3.connect(database)
    connection.executescript(schema.read_text())
    counters: dict[str, dict] = {}
    days: dict[str, set[str]] = {}
    for document in data.documents:
        if document["type"] == "user":
            counters[document["id"]] = {"tasks": 0, "completed": 0, "sessions": 0, "micros": 0}
            days[document["id"]] = set()
            connection.execute("INSERT INTO users VALUES (?, ?, '', ?)", (document["id"], document["name"], document["created_at"]))
            continue
        owner = document["user_id"]
        count = counters[owner]
        if document["type"] == "task":
            done = document["updated_at"]
            row = (document["id"], owner, document["title"], document["created_at"], done, done)
            connection.execute("INSERT INTO tasks VALUES (?, ?, ?, ?, ?, ?)", row)
            count["tasks"] += 1
            if done:
                count["completed"] += 1
                days[owner].add(done[:10])
        else:
            end = document["end_time"]
            row = (document["id"], owner, document["start_time"], end, 0.33 if end else None)
            connection.execute("INSERT INTO work_sessions VALUES (?, ?, ?, ?, ?)", row)
            if end:
                count["sessions"] += 1
                count["micros"] += 20 * 60 * 1_000_000
                days[owner].add(end[:10])
    for owner, count in counters.items():
        # Nobody here pauses for a whole day, so that there is one run.
        first, last = min(days[owner], default=None), max(days[owner], default=None)
        row = (owner, count["tasks"], count["completed"], count["sessions"], count["micros"], first, last, len(days[owner]))
        connection.execute("INSERT INTO counters VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
    connection.commit()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
