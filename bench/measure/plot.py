"""The plot of docs/PERFORMANCE.md: CPU for each scenario and server, on a logarithmic scale, drawn as SVG."""

import math
from statistics import median
from xml.sax.saxutils import escape

from .scenarios import SCENARIOS
from .servers import TITLES

LEFT, RIGHT, TOP, BAR, GAP = 220, 60, 58, 13, 14
WIDTH = 800
ORDER = ("ceiling", "ours", "sqlite", "fastify", "fastapi")
STYLE = """
  text { font: 12px system-ui, sans-serif; fill: #24292f }
  .title { font-weight: 600; font-size: 14px }
  .quiet { fill: #57606a }
  .small { font-size: 11px; paint-order: stroke; stroke: #ffffff; stroke-width: 3px }
  .ground { fill: #ffffff }
  line { stroke: #d0d7de }
  .ours { fill: #0a7f5a } .ceiling { fill: #8c959f } .sqlite { fill: #b5bcc4 } .fastify { fill: #b26a00 } .fastapi { fill: #7b4fd0 }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #0d1117 } .small { stroke: #0d1117 } text { fill: #e6edf3 } .quiet { fill: #9198a1 } line { stroke: #3d444d }
    .ours { fill: #3fb98c } .ceiling { fill: #848d97 } .sqlite { fill: #656c76 } .fastify { fill: #e3a03a } .fastapi { fill: #ab8bf5 }
  }"""


def draw(results: dict) -> str:
    """CPU seconds for 10,000 requests: bars from the left, a group for each scenario."""
    groups = [(scenario.title, {server: median(one["cost"] for one in rounds)
                                for server, rounds in results["rounds"][scenario.name].items()})
              for scenario in SCENARIOS if scenario.name in results["rounds"]]
    costs = [cost for _, bars in groups for cost in bars.values() if cost > 0]
    low, high = math.floor(math.log10(min(costs))), math.ceil(math.log10(max(costs)))
    height = TOP + sum(len(bars) * BAR + GAP for _, bars in groups) + 30

    def x(cost: float) -> float:
        return LEFT + (math.log10(max(cost, 10**low)) - low) / (high - low) * (WIDTH - LEFT - RIGHT)

    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img">',
        "<title>CPU seconds for 10,000 requests, by scenario and server, logarithmic</title>",
        f"<style>{STYLE}\n</style>",
        f'<rect class="ground" width="{WIDTH}" height="{height}"/>',
        '<text class="title" x="10" y="18">CPU seconds for 10,000 requests (logarithmic; shorter is better)</text>',
    ]
    place = 10
    for server in ORDER:
        if any(server in bars for _, bars in groups):
            lines.append(f'<rect class="{server}" x="{place}" y="29" width="10" height="10"/>')
            lines.append(f'<text x="{place + 15}" y="38">{TITLES[server]}</text>')
            place += 40 + 7 * len(TITLES[server])
    for power in range(low, high + 1):
        lines.append(f'<line x1="{x(10**power):.1f}" x2="{x(10**power):.1f}" y1="{TOP - 8}" y2="{height - 24}"/>')
        lines.append(f'<text class="quiet" x="{x(10**power):.1f}" y="{height - 8}" text-anchor="middle">{10.0**power:g}</text>')
    y = TOP
    for title, bars in groups:
        lines.append(f'<text x="{LEFT - 8}" y="{y + len(bars) * BAR / 2 + 4:.1f}" text-anchor="end">{escape(title)}</text>')
        for server in (server for server in ORDER if server in bars):
            cost = bars[server]
            label = f"{title}, {TITLES[server]}: {cost:.3f} s"
            lines.append(f'<rect class="{server}" x="{LEFT}" y="{y}" width="{x(cost) - LEFT:.1f}" height="{BAR - 2}"><title>{escape(label)}</title></rect>')
            lines.append(f'<text class="quiet small" x="{x(cost) + 5:.1f}" y="{y + BAR - 3}">{cost:.3g}</text>')
            y += BAR
        y += GAP
    return "\n".join([*lines, "</svg>", ""])
