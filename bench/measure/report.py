"""From what was measured to the tables of docs/PERFORMANCE.md, with the targets beside."""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from .scenarios import SCENARIOS
from .servers import TITLES

READS = [scenario.name for scenario in SCENARIOS if scenario.kind == "read"]
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"


@dataclass(frozen=True)
class Target:
    """One target, what was measured, and the least and the most of the rounds."""

    what: str
    goal: float
    at_most: bool
    unit: str
    found: list[float]

    @property
    def value(self) -> float:
        return median(self.found)

    @property
    def met(self) -> bool:
        return self.value <= self.goal if self.at_most else self.value >= self.goal

    def row(self) -> str:
        spread = f" ({figure(min(self.found))} to {figure(max(self.found))})" if len(self.found) > 1 else ""
        share = self.value / self.goal
        miss = f"{share:.2f} times as much" if self.at_most else f"{share:.0%} of it"
        verdict = "met" if self.met else f"**missed**: {miss}"
        word = "at most" if self.at_most else "at least"
        return f"| {self.what} | {word} {self.goal:g}{self.unit} | {figure(self.value)}{self.unit}{spread} | {verdict} |"


def figure(value: float) -> str:
    """Three figures that mean something."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def ratios(results: dict, scenario: str, above: str, below: str, what: str = "cost") -> list[float]:
    """Of each round; both were measured one after the other in it."""
    rounds = results["rounds"].get(scenario, {})
    return [one[what] / other[what] for one, other in zip(rounds.get(above, []), rounds.get(below, []))]


def targets(results: dict) -> Iterator[Target]:
    """Those for which there are figures."""
    title = {scenario.name: scenario.title for scenario in SCENARIOS}
    rounds, starts, memory = results["rounds"], results.get("starts", {}), results.get("memory", {}).get("ours", {})

    def at(what: str, goal: float, most: bool, unit: str, found: list[float]) -> Iterator[Target]:
        if found:
            yield Target(what, goal, most, unit, found)

    for name in READS:
        goal = 2.5 if name == "list" else 1.35
        yield from at(f"{title[name]}: CPU, bare axum = 1", goal, True, " ×", ratios(results, name, "ours", "ceiling"))
    few, many = rounds.get("stats10", {}).get("ours", []), rounds.get("stats20000", {}).get("ours", [])
    yield from at("Statistics: CPU for 20,000, for 10 = 1", 1.05, True, " ×", [b["cost"] / a["cost"] for a, b in zip(few, many)])
    yield from at("Create a task: records/s, bare SQLite = 1", 0.7, False, " ×", ratios(results, "create", "ours", "sqlite", "rate"))
    yield from at("Create a task: p99, bare SQLite = 1", 3, True, " ×", ratios(results, "create", "ours", "sqlite", "p99"))
    for peer, goal in (("fastapi", 15), ("fastify", 4)):
        for name in READS:
            yield from at(f"{title[name]}: CPU of {TITLES[peer]}, ours = 1", goal, False, " ×", ratios(results, name, peer, "ours"))
        for name in ("create", "complete"):
            yield from at(f"{title[name]}: CPU of {TITLES[peer]}, ours = 1", 3, False, " ×", ratios(results, name, peer, "ours"))
    if "ours" in starts and "ceiling" in starts:
        for key, what, goal in (("first_answer", "first 200", 4), ("first_read", "first authenticated read", 8)):
            share = starts["ours"][key] / starts["ceiling"][key]
            yield from at(f"Start to {what}, bare axum = 1", goal, True, " ×", [share])
    for key, what, goal in (("idle", "Resident memory, idle", 15), ("after", "Resident memory after the load", 40),
                            ("most", "Most resident memory, 1,000 idle connections and 256 slow bodies of 64 KiB", 150)):
        if key in memory:
            yield from at(what, goal, True, " MB", [memory[key]])
    if "binary" in results:
        yield from at("Stripped binary", 16, True, " MB", [results["binary"]])


def noise(results: dict) -> str:
    """How much the same work differed from round to round."""
    costs = sorted(one["cost"] for servers in results["rounds"].values() for one in servers.get("ceiling", []))
    if len(costs) < 4:
        return ""
    low, high = costs[len(costs) // 4], costs[-1 - len(costs) // 4]
    return (f"Noise: bare axum, which does the same in all of its {len(costs)} turns, took {costs[0]:.3f} to {costs[-1]:.3f} CPU "
            f"seconds for 10,000 requests, half of the turns {low:.3f} to {high:.3f}.")


def tables(results: dict) -> str:
    """The measured part of the page."""
    machine = results["machine"]
    parts = [
        f"Measured on {results['date']} of commit {results['commit']}: {machine['cores']} cores ({machine['cpu']}), "
        f"{machine['memory_gb']} GB of memory, Linux {machine['kernel']}; {results['count']} rounds of {results['seconds']:g} s for each server and scenario. "
        f"{results['noise']}\n",
        "### Against the targets\n",
        "Ratios are medians of the rounds' ratios, with the least and the most of any round.\n",
        "| what | target | measured | |\n| --- | --- | --- | --- |",
        "\n".join(target.row() for target in targets(results)),
        "\n### By scenario\n",
        "CPU: seconds of user and system time of the whole process tree for 10,000 requests. Medians of the rounds.\n",
        "| scenario | server | CPU s / 10,000 | CPU, ours = 1 | requests/s | p50 ms | p99 ms |\n| --- | --- | ---: | ---: | ---: | ---: | ---: |",
        "\n".join(scenario_rows(results)),
    ]
    if results.get("starts"):
        parts += ["\n### Start and memory\n",
                  "Milliseconds from executing the program, with 100,000 documents in the store, and MB (10⁶ bytes) of resident memory.\n",
                  "| server | first 200 | first authenticated read | idle | after the load | 1,000 idle connections | most, with slow bodies |\n"
                  "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
                  "\n".join(start_rows(results))]
    return "\n".join(parts)


def scenario_rows(results: dict) -> Iterator[str]:
    for scenario in SCENARIOS:
        for server, rounds in results["rounds"].get(scenario.name, {}).items():
            middle = {what: median(one[what] for one in rounds) for what in ("cost", "rate", "p50", "p99")}
            against = ratios(results, scenario.name, server, "ours")
            share = figure(median(against)) if against else ""
            yield (f"| {scenario.title} | {TITLES[server]} | {middle['cost']:.3f} | {share} | {middle['rate']:,.0f} "
                   f"| {figure(middle['p50'])} | {figure(middle['p99'])} |")


def start_rows(results: dict) -> Iterator[str]:
    for server, start in results["starts"].items():
        memory = results["memory"].get(server, {})
        held = " | ".join(figure(memory[key]) if key in memory else "" for key in ("idle", "after", "with_idle", "most"))
        yield f"| {TITLES[server]} | {start['first_answer']:.1f} | {start['first_read']:.1f} | {held} |"


def put(page: str, measured: str) -> str:
    """The page with what stands between the markers replaced."""
    before, _, rest = page.partition(BEGIN)
    after = rest.partition(END)[2]
    return f"{before}{BEGIN}\n\n{measured}\n\n{END}{after}"
