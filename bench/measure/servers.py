"""The servers: how each is built or installed below target/, and started on data of its own."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from .data import SECRET, Data, fill
from .load import CannotRun, wait_until

ROOT = Path(__file__).resolve().parents[2]
BENCH = ROOT / "bench"
TARGET = ROOT / "target" / "bench"
CARGO = ["cargo", "build", "--release", "--quiet", "--package", "avanochi", "--package", "ceiling"]
TITLES = {"ours": "Avanochi", "ceiling": "bare axum", "sqlite": "bare SQLite", "fastapi": "FastAPI", "fastify": "Fastify"}


def release(name: str) -> Path:
    """A program of the release build."""
    return ROOT / "target" / "release" / name


def run(what: str, command: list, folder: Path = ROOT) -> None:
    """Something that has to work before anything can be measured."""
    # What npm compiles (better-sqlite3), it compiles on all cores.
    environment = os.environ | {"JOBS": "max"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise CannotRun(f"{what}:\n{done.stdout}{done.stderr}")


def build(names: list[str], release_build: list[str]) -> None:
    """Builds and installs what is missing, all of it below target/; `release_build` is how cargo is called, if at all."""
    if not shutil.which("wrk"):
        raise CannotRun("wrk is not installed; Debian and Ubuntu have it: apt-get install wrk")
    print("building", flush=True)
    if release_build:
        run("the release build", release_build)
    if "fastapi" in names:
        install("fastapi", ["requirements.txt"], "app.py", [
            [sys.executable, "-m", "venv", "venv"], ["venv/bin/pip", "install", "--quiet", "--requirement", "requirements.txt"]])
    if "fastify" in names:
        install("fastify", ["package.json", "package-lock.json"], "server.js", [["npm", "ci", "--loglevel=error", "--no-audit", "--no-fund"]])


def install(name: str, pinned: list[str], program: str, commands: list[list[str]]) -> None:
    """Installs once for each state of the pinned versions; the program is copied beside what it imports."""
    folder, mark = TARGET / name, TARGET / name / "installed"
    wanted = "".join((BENCH / name / file).read_text() for file in pinned)
    if not mark.exists() or mark.read_text() != wanted:
        print(f"installing what {TITLES[name]} needs", flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for file in pinned:
            shutil.copy(BENCH / name / file, folder)
        for command in commands:
            run(f"installing {name}", command, folder)
        mark.write_text(wanted)
    shutil.copy(BENCH / name / program, folder)


@dataclass
class Server:
    """A server and the data that it serves; it runs between `start` and `stop`."""

    name: str
    data: Path
    log: Path
    port: int = 0
    pid: int = 0
    # Calls made to prepare it, kept for the scenarios.
    pages: list[str] = field(default_factory=list)

    def command(self) -> tuple[list[str], dict[str, str]]:
        """What is executed, and the settings beyond PATH."""
        port, secret = str(self.port), {"JWT_SECRET": SECRET}
        match self.name:
            case "ours":
                return [str(release("avanochi")), "--data", str(self.data), "--port", port], secret
            case "ceiling":
                return [str(release("ceiling")), port, SECRET], {}
            case "fastapi":
                # One worker: SQLite has one writer anyway, and memory is counted too. No log of requests.
                command = [str(TARGET / "fastapi/venv/bin/python"), "-m", "uvicorn", "app:app", "--app-dir", str(TARGET / "fastapi"),
                           "--port", port, "--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning"]
                return command, secret | {"DATABASE": str(self.data / "bench.db")}
            case _:
                command = [shutil.which("node") or "node", str(TARGET / "fastify/server.js")]
                return command, secret | {"DATABASE": str(self.data / "bench.db"), "PORT": port, "NODE_ENV": "production"}

    def spawn(self) -> float:
        """Executes it and returns the instant just before."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        command, settings = self.command()
        environment = {"PATH": os.environ["PATH"]} | settings
        with self.log.open("ab") as log:
            outputs = [(os.POSIX_SPAWN_DUP2, log.fileno(), 1), (os.POSIX_SPAWN_DUP2, log.fileno(), 2)]
            began = time.perf_counter()
            self.pid = os.posix_spawn(command[0], command, environment, file_actions=outputs)
        return began

    def start(self) -> None:
        """Starts it and waits until it answers."""
        self.spawn()

        def answers() -> bool:
            if os.waitpid(self.pid, os.WNOHANG)[0]:
                self.pid = 0
                raise CannotRun(f"{self.name} ended at once:\n{self.log.read_text()[-2000:]}")
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                return False
            return True

        wait_until(answers, f"{self.name} listens")

    def stop(self) -> None:
        """Asks it to stop, and insists after a while."""
        if not self.pid:
            return
        os.kill(self.pid, signal.SIGTERM)
        try:
            wait_until(lambda: os.waitpid(self.pid, os.WNOHANG)[0], f"{self.name} stops", 15)
        except CannotRun:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        self.pid = 0

    def call(self, method: str, path: str, token: str = "", body: str = "") -> tuple[int, dict[str, str], bytes]:
        """One request: status, headers, body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if body:
            headers["Content-Type"] = "application/json"
        try:
            connection.request(method, path, body or None, headers)
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise CannotRun(f"{self.name}: {method} {path}: {error!r}; its log: {self.log}") from error
        finally:
            connection.close()


def prepare(names: list[str], data: Data) -> dict[str, Path]:
    """Puts the documents into a folder for each kind of store, on the disk of the checkout."""
    stores = TARGET / "data"
    shutil.rmtree(stores, ignore_errors=True)
    prepared = {"ceiling": stores / "ceiling"}
    (stores / "ceiling").mkdir(parents=True)
    if "ours" in names or "sqlite" in names:
        began, file = time.monotonic(), stores / "documents.jsonl"
        file.write_text("".join(json.dumps(document) + "\n" for document in data.documents))
        prepared["ours"] = stores / "ours"
        run("importing the documents", [release("avanochi"), "--data", prepared["ours"], "import", file])
        print(f"imported {len(data.documents):,} documents in {time.monotonic() - began:.0f} s", flush=True)
    if {"fastapi", "fastify"} & set(names):
        peers = stores / "peers"
        peers.mkdir()
        fill(peers / "bench.db", BENCH / "schema.sql", data)
        prepared["fastapi"] = prepared["fastify"] = peers
    return prepared


def copy_of(prepared: Path, name: str) -> Path:
    """A copy to work on."""
    copy = TARGET / "data" / f"{name}-in-use"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(prepared, copy)
    return copy
