"""One round of load with wrk, and what it cost the server. What is sent is decided in scenarios.py."""

import json
import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
SCRIPT = Path(__file__).parent.parent / "load.lua"


class CannotRun(Exception):
    """Something does not work; never that something is slow."""


@dataclass(frozen=True)
class Round:
    """One server under one scenario for some seconds."""

    requests: int
    seconds: float
    cpu: float
    p50: float
    p99: float

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds

    @property
    def cost(self) -> float:
        """CPU seconds for 10,000 requests."""
        return self.cpu / self.requests * 10_000


def process_tree(pid: int) -> list[int]:
    """The process and all that descend from it."""
    children: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                stat = Path("/proc", entry, "stat").read_text()
            except OSError:
                continue
            children.setdefault(int(stat.rpartition(")")[2].split()[1]), []).append(int(entry))
    found, index = [pid], 0
    while index < len(found):
        found += children.get(found[index], [])
        index += 1
    return found


def cpu_seconds(pid: int) -> float:
    """User and system time of the whole tree, children that have ended included."""
    total = 0
    for process in process_tree(pid):
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        total += sum(int(field) for field in fields[11:15])
    return total / TICKS


def wrk(server, lines: list[tuple[str, str, str, str]], connections: int, seconds: int, folder: Path) -> Round:
    """Sends the requests (method, path, token, body) over and over. Fails when any is answered with an error."""
    file = folder / f"{server.name}.requests"
    file.write_text("".join("\t".join(line) + "\n" for line in lines))
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "-s", str(SCRIPT)]
    before = cpu_seconds(server.pid)
    done = subprocess.run([*command, f"http://127.0.0.1:{server.port}", "--", str(file)], capture_output=True, text=True)
    cpu = cpu_seconds(server.pid) - before
    line = next((line for line in done.stdout.splitlines() if line.startswith("RESULT ")), None)
    if line is None:
        raise CannotRun(f"wrk failed against {server.name}: {done.stderr or done.stdout}")
    result = json.loads(line.removeprefix("RESULT "))
    if result["refused"] or result["broken"] or not result["requests"]:
        raise CannotRun(f"{server.name} did not answer as agreed: {result}; its log: {server.log}")
    return Round(result["requests"], result["seconds"], cpu, result["p50_us"] / 1e3, result["p99_us"] / 1e3)


def bare_sqlite(program: Path, database: Path, callers: int, seconds: int) -> Round:
    """Commits by callers that wait, with nothing before SQLite."""
    began = os.times()
    done = subprocess.run([program, database, str(callers), str(seconds)], capture_output=True, text=True)
    ended = os.times()
    if done.returncode:
        raise CannotRun(f"bare SQLite: {done.stderr}")
    result = json.loads(done.stdout)
    cpu = ended.children_user + ended.children_system - began.children_user - began.children_system
    return Round(result["requests"], result["seconds"], cpu, result["p50_us"] / 1e3, result["p99_us"] / 1e3)


def resident(pid: int) -> float:
    """Resident memory of the tree in MB (10^6 bytes)."""
    total = 0
    for process in process_tree(pid):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Rss:"):
                total += int(line.split()[1]) * 1024
    return total / 1e6


def wait_until(ready, what: str, seconds: float = 30.0, pause: float = 0.05):
    """Asks `ready` again and again until it says something true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := ready():
            return found
        time.sleep(pause)
    raise CannotRun(f"{what}: not within {seconds:.0f} s")
