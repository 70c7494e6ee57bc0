"""What is asked of the servers: each scenario's requests, and what a right answer to them is."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from .data import LOGIN, Data
from .load import CannotRun
from .servers import Server

Line = tuple[str, str, str, str]
TASK = {"id", "user_id", "title", "completed", "created_at", "updated_at", "completed_at"}
SESSION = {"id", "user_id", "start_time", "end_time", "duration"}
STATS = {"user_id", "total_tasks", "completed_tasks", "total_sessions", "total_hours", "hours_worked", "tasks_completed",
         "current_streak", "longest_streak", "active_session", "as_of"}


@dataclass(frozen=True)
class Scenario:
    """A kind of load, by so many callers at once."""

    name: str
    title: str
    kind: str
    callers: int
    lines: Callable[[Server, Data], list[Line]]


def get_task(_: Server, data: Data) -> list[Line]:
    return [("GET", f"/api/tasks/{task}", data.large.token, "") for task in data.large.tasks[::100]]


def list_50(server: Server, data: Data) -> list[Line]:
    return [("GET", page, data.large.token, "") for page in server.pages]


def active_session(_: Server, data: Data) -> list[Line]:
    return [("GET", f"/api/work_sessions/active?user_id={data.small.id}", data.small.token, "")]


def stats_small(_: Server, data: Data) -> list[Line]:
    return [("GET", f"/api/stats/{data.small.id}", data.small.token, "")]


def stats_large(_: Server, data: Data) -> list[Line]:
    return [("GET", f"/api/stats/{data.large.id}", data.large.token, "")]


def create_task(_: Server, data: Data) -> list[Line]:
    bodies = [json.dumps({"title": "Write the report of the week", "user_id": user.id}) for user in data.writers]
    return [("POST", "/api/tasks", user.token, body) for user, body in zip(data.writers, bodies)]


def complete_task(_: Server, data: Data) -> list[Line]:
    """Completed and reopened in turn, so that every request changes something."""
    return [("PATCH", f"/api/tasks/{user.tasks[0]}", user.token, json.dumps({"action": action}))
            for action in ("complete", "reopen") for user in data.writers]


def mix(server: Server, data: Data) -> list[Line]:
    """Eight reads, then a created and a completed (or reopened) task."""
    reads = [read(server, data) for read in (get_task, list_50, active_session, stats_large, get_task, stats_small, active_session, get_task)]
    creates, changes = create_task(server, data), complete_task(server, data)
    lines: list[Line] = []
    for index, change in enumerate(changes):
        lines += [read[(index + place) % len(read)] for place, read in enumerate(reads)]
        lines += [creates[(index + 7) % len(creates)], change]
    return lines


def login(_: Server, __: Data) -> list[Line]:
    return [("POST", "/api/auth/login", "", json.dumps(LOGIN))]


SCENARIOS = [
    Scenario("get", "Get a task", "read", 32, get_task),
    Scenario("list", "List 50 tasks", "read", 32, list_50),
    Scenario("active", "Active session", "read", 32, active_session),
    Scenario("stats10", "Statistics, 10 tasks and sessions", "read", 32, stats_small),
    Scenario("stats20000", "Statistics, 20,000 of each", "read", 32, stats_large),
    Scenario("create", "Create a task", "write", 16, create_task),
    Scenario("complete", "Complete a task", "write", 16, complete_task),
    Scenario("mix", "Four reads for each write", "write", 16, mix),
    Scenario("login", "Log in", "login", 4, login),
]


def ping(_: Server, data: Data) -> list[Line]:
    return [("GET", "/api/ping", data.small.token, "")]


def reset(server: Server, data: Data) -> None:
    """Reopens what the load completes."""
    for user in data.writers:
        expect(server, "PATCH", f"/api/tasks/{user.tasks[0]}", user.token, '{"action":"reopen"}', 200, TASK)


def expect(server: Server, method: str, path: str, token: str, body: str, status: int, fields: set[str], /, **values) -> dict:
    """One request whose answer has to be as the contract says."""
    found, headers, raw = server.call(method, path, token, body)
    if found != status:
        raise CannotRun(f"{server.name}: {method} {path} was answered with {found}, not {status}: {raw[:300]!r}")
    answer = json.loads(raw) if raw else {}
    missing = fields - set(answer)
    differing = {name: answer.get(name) for name, value in values.items() if answer.get(name) != value}
    if missing or differing:
        raise CannotRun(f"{server.name}: {method} {path}: missing {missing}, unexpected {differing}")
    return answer


def check(server: Server, data: Data) -> None:
    """Holds the server to the contract, as far as it is measured, and prepares what the scenarios need."""
    small, large, writer = data.small, data.large, data.writers[0]
    if server.name == "ceiling":
        found, _, raw = server.call("GET", "/api/ping", small.token)
        if (found, len(raw)) != (200, 200) or server.call("GET", "/api/ping", small.token[:-2])[0] != 401:
            raise CannotRun("the ceiling does not answer as agreed")
        return
    expect(server, "GET", "/api/health", "", "", 200, {"status"}, status="ok")
    expect(server, "POST", "/api/auth/register", "", json.dumps(LOGIN), 201, {"id", "name"}, name=LOGIN["username"])
    session = expect(server, "POST", "/api/auth/login", "", json.dumps(LOGIN), 200, {"token", "expires_in", "user_id"}, token_type="Bearer")
    expect(server, "POST", "/api/auth/login", "", json.dumps(LOGIN | {"password": "something else"}), 401, {"error"})
    mine = f"/api/stats/{session['user_id']}"
    expect(server, "GET", mine, session["token"], "", 200, STATS, total_tasks=0, current_streak=0, active_session=False)
    expect(server, "GET", mine, "", "", 401, {"error"})
    expect(server, "GET", mine, session["token"][:-2], "", 401, {"error"})
    expect(server, "GET", mine, small.token, "", 403, {"error"})
    body = json.dumps({"user_id": session["user_id"]})
    started = expect(server, "POST", "/api/work_sessions/start", session["token"], body, 201, SESSION, end_time=None, duration=None)
    expect(server, "POST", "/api/work_sessions/start", session["token"], body, 400, {"error"})
    expect(server, "POST", f"/api/work_sessions/{started['id']}/end", session["token"], "", 200, SESSION, id=started["id"])
    expect(server, "GET", f"/api/work_sessions/active?user_id={session['user_id']}", session["token"], "", 200, {"active"}, active=False)
    expect(server, "GET", mine, session["token"], "", 200, STATS, total_sessions=1, current_streak=1)

    expect(server, "GET", f"/api/tasks/{large.tasks[0]}", large.token, "", 200, TASK, id=large.tasks[0], user_id=large.id, completed=False)
    expect(server, "GET", f"/api/tasks/{large.tasks[0]}", small.token, "", 404, {"error"})
    expect(server, "GET", f"/api/work_sessions/active?user_id={small.id}", small.token, "", 200, SESSION, user_id=small.id, end_time=None)
    expect(server, "GET", f"/api/stats/{small.id}", small.token, "", 200, STATS, total_tasks=10, completed_tasks=5, total_sessions=10,
           total_hours=3.33, active_session=True)
    expect(server, "GET", f"/api/stats/{large.id}", large.token, "", 200, STATS, total_tasks=20_000, completed_tasks=10_000,
           total_sessions=20_000, hours_worked=6666.67, active_session=False)
    body = json.dumps({"title": "  Write  ", "user_id": writer.id})
    task = expect(server, "POST", "/api/tasks", writer.token, body, 201, TASK, title="Write", completed=False, completed_at=None)
    path = f"/api/tasks/{task['id']}"
    expect(server, "POST", "/api/tasks", writer.token, json.dumps({"title": " ", "user_id": writer.id}), 400, {"error"})
    done = expect(server, "PATCH", path, writer.token, '{"action":"complete"}', 200, TASK, completed=True)
    expect(server, "PATCH", path, writer.token, '{"action":"complete"}', 200, TASK, completed_at=done["completed_at"])
    stats = {"total_tasks": 2, "completed_tasks": 1, "current_streak": 1}
    expect(server, "GET", f"/api/stats/{writer.id}", writer.token, "", 200, STATS, **stats)
    expect(server, "PATCH", path, writer.token, '{"action":"reopen"}', 200, TASK, completed=False, completed_at=None)
    expect(server, "GET", f"/api/stats/{writer.id}", writer.token, "", 200, STATS, completed_tasks=0, total_tasks=2)
    server.pages = pages(server, data)


def pages(server: Server, data: Data) -> list[str]:
    """The addresses of the first pages of fifty, each from the one before, held against what they have to list."""
    addresses, page = [], "/api/tasks?limit=50"
    for index in range(20):
        status, headers, raw = server.call("GET", page, data.large.token)
        tasks = json.loads(raw) if status == 200 else []
        expected = data.large.tasks[index * 50 : index * 50 + 50]
        if [task["id"] for task in tasks] != expected or not all(TASK <= set(task) for task in tasks):
            raise CannotRun(f"{server.name}: {page} was answered with {status}, and not with fifty tasks in order")
        addresses.append(page)
        link = headers.get("link", "")
        if 'rel="next"' not in link:
            raise CannotRun(f"{server.name}: no Link to the next page")
        page = link[link.index("<") + 1 : link.index(">")]
    return addresses
