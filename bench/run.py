#!/usr/bin/env python3
"""Measures Avanochi beside what it is compared with: `python3 bench/run.py`. docs/PERFORMANCE.md says what and how."""

import argparse
import sys
import time

sys.dont_write_bytecode = True

from measure.data import make  # noqa: E402
from measure.load import CannotRun, Round, bare_sqlite, wrk  # noqa: E402
from measure.scenarios import SCENARIOS, Scenario, check, ping, reset  # noqa: E402
from measure.servers import NAMES, TARGET, Server, build, copy_of, prepare, release  # noqa: E402

CALLERS_OF_SQLITE = 16


def rounds(servers: dict[str, Server], data, scenarios: list[Scenario], count: int, seconds: float, sqlite) -> dict:
    """In each round all servers take their turn at each scenario: what disturbs the machine disturbs them all."""
    found: dict[str, dict[str, list[Round]]] = {scenario.name: {} for scenario in scenarios}
    for number in range(count):
        for scenario in scenarios:
            for name, server in servers.items():
                if name == "ceiling" and scenario.kind != "read":
                    continue
                if scenario.name in ("complete", "mix"):
                    reset(server, data)
                lines = ping(server, data) if name == "ceiling" else scenario.lines(server, data)
                note(found, number, scenario, name, wrk(server, lines, scenario.callers, seconds, TARGET))
            if scenario.name == "create" and sqlite:
                measured = bare_sqlite(release("bare-sqlite"), sqlite, CALLERS_OF_SQLITE, seconds)
                note(found, number, scenario, "sqlite", measured)
    return found


def note(found: dict, number: int, scenario: Scenario, name: str, measured: Round) -> None:
    found[scenario.name].setdefault(name, []).append(measured)
    print(f"{number + 1} {scenario.name:10} {name:8} {measured.cost:8.3f} CPU s/10k {measured.rate:9.0f} /s "
          f"p50 {measured.p50:7.2f} ms p99 {measured.p99:7.2f} ms", flush=True)


def measure(options) -> None:
    began = time.monotonic()
    names = [name for name in (*NAMES, "sqlite") if name in options.only]
    scenarios = [scenario for scenario in SCENARIOS if scenario.name in options.scenarios]
    count, seconds = (1, 1) if options.smoke else (options.rounds, options.seconds)
    build(names)
    data = make()
    prepared = prepare(names, data)
    servers: dict[str, Server] = {}
    try:
        for name in names:
            if name != "sqlite":
                servers[name] = Server(name, copy_of(prepared[name], name), TARGET / f"{name}.log")
                servers[name].log.unlink(missing_ok=True)
                servers[name].start()
                check(servers[name], data)
        sqlite = copy_of(prepared["ours"], "sqlite") / "avanochi.db" if "sqlite" in names else None
        found = rounds(servers, data, scenarios, count, seconds, sqlite)
    finally:
        for server in servers.values():
            server.stop()
    print(f"took {time.monotonic() - began:.0f} s")


def main() -> int:
    everything = [*NAMES, "sqlite"]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="one short round: whether everything runs, not how fast")
    parser.add_argument("--only", type=lambda text: text.split(","), default=everything, help=f"of {','.join(everything)}")
    parser.add_argument("--scenarios", type=lambda text: text.split(","), default=[s.name for s in SCENARIOS],
                        help=f"of {','.join(s.name for s in SCENARIOS)}")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3, help="for each server and scenario in each round")
    options = parser.parse_args()
    try:
        measure(options)
    except CannotRun as problem:
        print(f"cannot run: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
