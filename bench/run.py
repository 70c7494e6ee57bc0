#!/usr/bin/env python3
"""Measures Avanochi beside what it is compared with: `python3 bench/run.py`. docs/PERFORMANCE.md says what and how."""

import argparse
import dataclasses
import json
import sys
import time
from datetime import UTC, datetime

sys.dont_write_bytecode = True

from measure import machine, plot, report, start  # noqa: E402
from measure.data import Data, make  # noqa: E402
from measure.load import CannotRun, Round, bare_sqlite, resident, wrk  # noqa: E402
from measure.scenarios import SCENARIOS, Scenario, check, ping, reset  # noqa: E402
from measure.servers import CARGO, ROOT, TARGET, Server, build, copy_of, prepare, release  # noqa: E402

# In the order in which they take their turns: those whose ratio is a target are next to each other.
EVERYTHING = ["ours", "ceiling", "sqlite", "fastapi", "fastify"]
RESULTS = TARGET / "results.json"


def measure(options: argparse.Namespace) -> dict:
    """All that is asked for; what it comes to is kept in a file as well."""
    names = [name for name in EVERYTHING if name in options.only]
    scenarios = [scenario for scenario in SCENARIOS if scenario.name in options.scenarios]
    TARGET.mkdir(parents=True, exist_ok=True)
    start.allow_many_files()
    build(names, [] if options.as_built else CARGO)
    data = make()
    prepared = prepare(names, data)
    servers = {name: Server(name, copy_of(prepared[name], name), TARGET / f"{name}.log") for name in names if name != "sqlite"}
    sqlite = copy_of(prepared["ours"], "sqlite") / "avanochi.db" if "sqlite" in names else None
    results = {"date": f"{datetime.now(UTC):%Y-%m-%d}", "commit": machine.commit(), "machine": machine.describe(),
               "count": options.rounds, "seconds": options.seconds, "binary": release("avanochi").stat().st_size / 1e6}
    memory: dict[str, dict[str, float]] = {name: {} for name in servers}
    try:
        if options.starts:
            # First, while each store is as it was prepared.
            results["starts"] = start.cold_starts(list(servers.values()), data, options.starts)
            print(json.dumps(results["starts"], indent=1), flush=True)
        for name, server in servers.items():
            memory[name]["idle"] = start.idle_memory(server)
            check(server, data)
        results["rounds"] = rounds(servers, data, scenarios, options, sqlite)
        time.sleep(start.CALM)
        for name, server in servers.items():
            memory[name]["after"] = resident(server.pid)
            server.stop()
        if options.starts:
            for name, server in servers.items():
                if name != "ceiling":
                    server.start()
                    memory[name]["with_idle"], memory[name]["most"] = start.crowd_memory(server, data)
                    server.stop()
        results["memory"] = memory
        print(json.dumps(memory, indent=1), flush=True)
    finally:
        for server in servers.values():
            server.stop()
    results["noise"] = report.noise(results)
    RESULTS.write_text(json.dumps(results, indent=1))
    return results


def rounds(servers: dict[str, Server], data: Data, scenarios: list[Scenario], options: argparse.Namespace, sqlite) -> dict:
    """In each round all servers take their turn at each scenario: what disturbs the machine disturbs them all."""
    found: dict[str, dict[str, list[dict]]] = {scenario.name: {} for scenario in scenarios}

    def note(scenario: Scenario, name: str, one: Round, held: float = 0) -> None:
        print(f"{number} {scenario.name:10} {name:8} {one.cost:8.3f} CPU s/10k {one.rate:9.0f} /s "
              f"p50 {one.p50:7.2f} ms p99 {one.p99:7.2f} ms {held:6.1f} MB", flush=True)
        if number:
            found[scenario.name].setdefault(name, []).append(dataclasses.asdict(one) | {"rate": one.rate, "cost": one.cost})

    # Round 0 is for warming up, of those above all that compile while they run.
    for number in range(1 if options.smoke else 0, options.rounds + 1):
        seconds = options.seconds if number else 1
        for scenario in scenarios:
            for name in (name for name in EVERYTHING if name in options.only):
                if name == "sqlite" and scenario.name == "create":
                    note(scenario, name, bare_sqlite(release("bare-sqlite"), sqlite, scenario.callers, seconds))
                elif name in servers and (name != "ceiling" or scenario.kind == "read"):
                    server = servers[name]
                    if scenario.name in ("complete", "mix"):
                        reset(server, data)
                    lines = ping(server, data) if name == "ceiling" else scenario.lines(server, data)
                    note(scenario, name, wrk(server, lines, scenario.callers, seconds, TARGET), resident(server.pid))
    return found


def publish(results: dict) -> None:
    """Puts the tables and the plot into docs/."""
    page = ROOT / "docs" / "PERFORMANCE.md"
    page.write_text(report.put(page.read_text(), report.tables(results)))
    (ROOT / "docs" / "performance.svg").write_text(plot.draw(results))


def main() -> int:
    """0 unless something does not run; how fast anything is decides nothing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="one short round: whether everything runs, not how fast")
    parser.add_argument("--as-built", action="store_true", help="measure the release build as it is")
    parser.add_argument("--write", action="store_true", help="put the tables and the plot into docs/")
    parser.add_argument("--last", action="store_true", help="measure nothing, show what was measured last")
    parser.add_argument("--only", type=lambda text: text.split(","), default=EVERYTHING, metavar="SERVERS", help=f"of {','.join(EVERYTHING)}")
    names = [scenario.name for scenario in SCENARIOS]
    parser.add_argument("--scenarios", type=lambda text: text.split(","), default=names, metavar="NAMES", help=f"of {','.join(names)}")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3, help="for each server and scenario in each round")
    parser.add_argument("--starts", type=int, default=start.STARTS, help="how often each is started for the time that takes; 0 leaves out starts and crowds")
    options = parser.parse_args()
    if unknown := [name for name in (*options.only, *options.scenarios) if name not in (*EVERYTHING, *names)]:
        parser.error(f"unknown: {', '.join(unknown)}")
    if options.smoke:
        options.rounds, options.seconds, options.starts = 1, 1, min(options.starts, 2)
    began = time.monotonic()
    try:
        results = json.loads(RESULTS.read_text()) if options.last else measure(options)
    except CannotRun as problem:
        print(f"cannot run: {problem}", file=sys.stderr)
        return 1
    print(report.tables(results))
    if options.write:
        publish(results)
    print(f"\ntook {time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
