"""The report: one table of the comparison, what each peer syncs, the tuning grid; Markdown, JSON and a plot."""

import json
from pathlib import Path

from .load import LEAD_IN_SECONDS
from .peers import PEER_LIST, Peer
from .places import RESULTS
from .plot import draw
from .scenarios import SCENARIOS
from .summary import Row, Spread, label, summarize

_NOTHING = "nothing"


def write(run_name: str, facts: dict, results: list[dict], syncs: dict[str, str]) -> Path:
    """Writes RESULTS/run_name.{md,json,svg}; returns the Markdown file's path."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    rows = summarize(results, "round")
    markdown = RESULTS / f"{run_name}.md"
    markdown.write_text(_markdown(run_name, facts, rows, summarize(results, "tune"), syncs))
    (RESULTS / f"{run_name}.json").write_text(
        json.dumps({"facts": facts, "syncs": syncs, "rounds": results}, indent=1) + "\n")
    (RESULTS / f"{run_name}.svg").write_text(draw(rows, unsynced(rows, syncs)))
    return markdown


def unsynced(rows: list[Row], syncs: dict[str, str]) -> set[str]:
    """The names of the servers that answer 250 without having synced anything, in a cell that was measured."""
    return {label(row) for row in rows if syncs.get(f"{row.peer} {row.cell}") == _NOTHING}


def _markdown(run_name: str, facts: dict, rows: list[Row], grid: list[Row], syncs: dict[str, str]) -> str:
    lines = [
        f"# {run_name}", "",
        *(f"- {key}: {value}" for key, value in facts.items()), "",
        "Median of the rounds (least–greatest). Same client, sink, load and file system for every server; rounds are "
        "interleaved. Each server starts with an empty queue and is warmed up before every round. CPU is that of all "
        "processes of the server; memory is the peak of their proportional set sizes; bytes written are those that "
        "reached the block device, file-system journal included (logs go to memory). At a fixed rate (E) rounds take "
        f"twice as long, and messages due in the first {LEAD_IN_SECONDS} s, the source's own start, count for no latency. "
        "† answers `250` without having synced anything.", "",
        f"![delivered per second]({run_name}.svg)", "",
    ]
    lines += _comparison(rows, unsynced(rows, syncs))
    lines += _ratios(rows, unsynced(rows, syncs))
    failures = [f"- {row.scenario} {label(row)} ({row.cell}): {text}" for row in rows for text in row.failures]
    if failures:
        lines += ["## Rounds that failed", "", *failures, ""]
    lines += _synced(syncs)
    if grid:
        lines += _grid(grid)
    return "\n".join(lines)


def _comparison(rows: list[Row], marked: set[str]) -> list[str]:
    lines = [
        "| load | server | cell | accepted/s | delivered/s | × Postfix | CPU µs/message | source and sink CPU "
        "| memory MB | written/message | p50 ms | p99 ms |",
        "| --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for scenario in SCENARIOS.values():
        here = sorted((row for row in rows if row.scenario == scenario.name),
                      key=lambda row: -(row.value("delivered_per_second") or 0))
        postfix = next((row.value("delivered_per_second") for row in here if row.peer == "postfix"), None)
        title = f"{scenario.name}: {scenario.title}"
        for row in here:
            delivered = row.value("delivered_per_second")
            ratio = f"{delivered / postfix:.1f}" if delivered and postfix and not scenario.half_rate_of else ""
            name = label(row) + (" †" if label(row) in marked else "")
            cells = [
                title, name, row.cell, _spread(row, "accepted_per_second"), _spread(row, "delivered_per_second"), ratio,
                _plain(row, "cpu_microseconds_per_message"), _plain(row, "load_cpu_microseconds_per_message"),
                _plain(row, "resident_bytes", 1e-6), _plain(row, "written_bytes_per_message"),
                _plain(row, "latency_p50_ms", digits=2), _plain(row, "latency_p99_ms", digits=2),
            ]
            lines.append(f"| {' | '.join(cells)} |")
            title = ""
    return [*lines, ""]


def _ratios(rows: list[Row], marked: set[str]) -> list[str]:
    """The relay against Postfix, the fastest peer that syncs, its null queue, and the source and sink."""
    lines = []
    for scenario in SCENARIOS.values():
        here = {label(row): row for row in rows if row.scenario == scenario.name}
        relay, postfix = here.get("Relay.Fast"), here.get("Postfix")
        if relay is None or scenario.half_rate_of or not relay.value("delivered_per_second"):
            continue
        speed, cpu = relay.value("delivered_per_second"), relay.value("cpu_microseconds_per_message")
        parts = []
        if postfix is not None and postfix.value("delivered_per_second"):
            parts.append(f"{speed / postfix.value('delivered_per_second'):.1f} × Postfix")
            parts.append(f"CPU 1/{postfix.value('cpu_microseconds_per_message') / cpu:.0f} of Postfix's")
        syncing = [row for name, row in here.items()
                   if PEER_LIST[row.peer].package and name not in marked and row.value("delivered_per_second")]
        if syncing:
            fastest = max(syncing, key=lambda row: row.value("delivered_per_second"))
            parts.insert(1, f"{speed / fastest.value('delivered_per_second'):.1f} × the fastest peer that syncs "
                            f"({label(fastest)})")
        null = here.get("Relay.Fast, null queue")
        if null is not None and null.value("delivered_per_second"):
            parts.append(f"{speed / null.value('delivered_per_second'):.0%} of its null queue")
        parts.append(f"CPU {cpu / relay.value('load_cpu_microseconds_per_message'):.2f} × source and sink")
        lines.append(f"- {scenario.name}: {', '.join(parts)}")
    return ["## This relay in proportion", "", *lines, ""] if lines else []


def _synced(syncs: dict[str, str]) -> list[str]:
    lines = ["## What is synced before the `250`", "", "One message under strace, from the `354` to the `250`.", "",
             "| server | cell | synced |", "| --- | --- | --- |"]
    for key, text in syncs.items():
        name, cell = key.split()
        lines.append(f"| {PEER_LIST[name].title} | {cell} | {text.replace('*', '…')} |")
    return [*lines, ""]


def _grid(rows: list[Row]) -> list[str]:
    lines = ["## Tuning grid", "", "Delivered per second in short rounds; the fastest is compared above.", ""]
    for name in dict.fromkeys(row.peer for row in rows):
        peer: Peer = PEER_LIST[name]
        scenarios = sorted({row.scenario for row in rows if row.peer == name})
        lines += [f"| {peer.title} | {' | '.join(scenarios)} | |", f"| --- | {'---: | ' * len(scenarios)}--- |"]
        for cell in peer.cells():
            found = {row.scenario: row for row in rows if (row.peer, row.cell) == (name, cell)}
            values = [_plain(found[each], "delivered_per_second") if each in found else "" for each in scenarios]
            lines.append(f"| {cell} | {' | '.join(values)} | {peer.describe(cell)} |")
        lines.append("")
    return lines


def _spread(row: Row, figure: str) -> str:
    spread: Spread | None = row.figures[figure]
    if spread is None:
        return "–"
    return f"{_number(spread.median)} ({_number(spread.least)}–{_number(spread.greatest)})"


def _plain(row: Row, figure: str, scale: float = 1, digits: int = 0) -> str:
    value = row.value(figure)
    return "–" if value is None else _number(value * scale, digits)


def _number(value: float, digits: int = 0) -> str:
    return f"{value:,.{digits}f}"
