"""How long a start takes, and how much memory is held: what load.py does not tell."""

import json
import resource
import socket
import time
from pathlib import Path
from statistics import median

from .data import Data
from .load import CannotRun, process_tree, resident
from .servers import Server

STARTS = 10
IDLE_CONNECTIONS = 1_000
SLOW_CLIENTS = 256
# The largest body that the contract takes.
LARGEST_BODY = 64 * 1024
# What a server that has been started, or left alone, still has to do.
CALM = 2.0


def cold_starts(servers: list[Server], data: Data, times: int) -> dict[str, dict[str, float]]:
    """Milliseconds from executing each program to its first answer, and to the first that took a token and a document:
    medians of so many starts, in turns."""
    found: dict[str, list[tuple[float, float]]] = {server.name: [] for server in servers}
    for _ in range(times):
        for server in servers:
            found[server.name].append(cold_start(server, data))
    return {name: {"first_answer": median(answer for answer, _ in starts) * 1e3, "first_read": median(read for _, read in starts) * 1e3}
            for name, starts in found.items()}


def cold_start(server: Server, data: Data) -> tuple[float, float]:
    """One start, in seconds."""
    health = read = ("GET /api/ping", data.small.token)
    if server.name != "ceiling":
        health, read = ("GET /api/health", ""), (f"GET /api/tasks/{data.large.tasks[0]}", data.large.token)
    began = server.spawn()
    try:
        connection = connect_soon(server)
        ask(connection, server, *health)
        answered = time.perf_counter() - began
        ask(connection, server, *read)
        was_read = time.perf_counter() - began
        connection.close()
    finally:
        server.stop()
    return answered, was_read


def connect_soon(server: Server) -> socket.socket:
    """The first connection that is possible."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            return socket.create_connection(("127.0.0.1", server.port), timeout=30)
        except ConnectionRefusedError:
            time.sleep(0.0002)
    raise CannotRun(f"{server.name} did not listen within 30 s; its log: {server.log}")


def head(line: str, token: str, more: str = "") -> bytes:
    authorization = f"Authorization: Bearer {token}\r\n" if token else ""
    return f"{line} HTTP/1.1\r\nHost: 127.0.0.1\r\n{authorization}{more}\r\n".encode()


def ask(connection: socket.socket, server: Server, line: str, token: str) -> None:
    """One request on an open connection; anything but a whole 200 is a failure."""
    connection.sendall(head(line, token))
    status = answer(connection)
    if status != 200:
        raise CannotRun(f"{server.name}: {line} was answered with {status}")


def answer(connection: socket.socket) -> int:
    """Reads one answer with a Content-Length, and returns its status."""
    raw = b""
    while b"\r\n\r\n" not in raw:
        raw += received(connection)
    start, _, rest = raw.partition(b"\r\n\r\n")
    length = next(int(line[15:]) for line in start.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    while len(rest) < length:
        rest += received(connection)
    return int(start.split(b" ", 2)[1])


def received(connection: socket.socket) -> bytes:
    chunk = connection.recv(65_536)
    if not chunk:
        raise CannotRun("a connection was closed in the middle of an answer")
    return chunk


def allow_many_files() -> None:
    """As many open files as the crowd needs, here and in the servers that are started from here."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * (IDLE_CONNECTIONS + SLOW_CLIENTS)
    if hard != resource.RLIM_INFINITY and hard < wanted:
        raise CannotRun(f"{wanted} open files are needed at once, and {hard} are allowed (ulimit -n)")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))


def idle_memory(server: Server) -> float:
    """MB of a server that was started and has answered once."""
    server.start()
    server.call("GET", "/api/health")
    time.sleep(CALM)
    return resident(server.pid)


def crowd_memory(server: Server, data: Data) -> tuple[float, float]:
    """MB with many idle connections, and the most with slow clients beside them that send the largest bodies."""
    idle = [socket.create_connection(("127.0.0.1", server.port), timeout=30) for _ in range(IDLE_CONNECTIONS)]
    for connection in idle:
        ask(connection, server, "GET /api/health", "")
    time.sleep(CALM)
    with_idle = resident(server.pid)
    slow, bodies = [], []
    for index in range(SLOW_CLIENTS):
        user = data.writers[index % len(data.writers)]
        body = {"title": "Write the report of the week", "user_id": user.id, "more": ""}
        body["more"] = "x" * (LARGEST_BODY - len(json.dumps(body)))
        bodies.append(json.dumps(body).encode())
        connection = socket.create_connection(("127.0.0.1", server.port), timeout=30)
        headers = f"Content-Type: application/json\r\nContent-Length: {LARGEST_BODY}\r\n"
        connection.sendall(head("POST /api/tasks", user.token, headers))
        slow.append(connection)
    # All of them get on by the same small steps, so that all bodies are there, but for a byte, at the same time.
    most, steps = 0.0, 32
    for step in range(steps):
        for connection, body in zip(slow, bodies):
            piece = (LARGEST_BODY - 1) // steps
            end = LARGEST_BODY - 1 if step == steps - 1 else (step + 1) * piece
            connection.sendall(body[step * piece : end])
        most = max(most, resident(server.pid))
    time.sleep(0.5)
    for connection, body in zip(slow, bodies):
        connection.sendall(body[-1:])
    for connection in slow:
        if (status := answer(connection)) != 201:
            raise CannotRun(f"{server.name}: a slow client was answered with {status}")
    most = max(most, resident(server.pid), peak(server.pid))
    for connection in (*idle, *slow):
        connection.close()
    return with_idle, most


def peak(pid: int) -> float:
    """The most that the process itself ever had, in MB."""
    for line in Path(f"/proc/{process_tree(pid)[0]}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024 / 1e6
    return 0.0
