"""Rounds summed up: the median of each figure and its spread."""

from collections import defaultdict
from dataclasses import dataclass
from statistics import median

from .peers import PEER_LIST

FIGURES = (
    "accepted_per_second", "delivered_per_second", "cpu_microseconds_per_message", "load_cpu_microseconds_per_message",
    "resident_bytes", "written_bytes_per_message", "latency_p50_ms", "latency_p99_ms",
)


@dataclass(frozen=True)
class Spread:
    """Median, least and greatest of the rounds."""

    median: float
    least: float
    greatest: float


@dataclass(frozen=True)
class Row:
    """All rounds of one peer in one cell under one load; a figure that was not measured is None."""

    scenario: str
    peer: str
    cell: str
    rounds: int
    failures: list[str]
    figures: dict[str, Spread | None]

    def value(self, figure: str) -> float | None:
        spread = self.figures[figure]
        return None if spread is None else spread.median


def summarize(results: list[dict], kind: str) -> list[Row]:
    """One row per scenario, peer and cell, in order of appearance by name."""
    groups: dict[tuple[str, str, str], list[dict]] = defaultdict(list)
    for result in results:
        if result["kind"] == kind:
            groups[(result["scenario"], result["peer"], result["cell"])].append(result)
    return [_row(*key, rounds) for key, rounds in sorted(groups.items())]


def _row(scenario: str, peer: str, cell: str, rounds: list[dict]) -> Row:
    good = [each for each in rounds if "failed" not in each]
    figures = {}
    for name in FIGURES:
        values = [each[name] for each in good if each.get(name) is not None]
        figures[name] = Spread(median(values), min(values), max(values)) if values else None
    return Row(scenario, peer, cell, len(good), [each["failed"] for each in rounds if "failed" in each], figures)


def label(row: Row) -> str:
    """A server's title; the relay's cells are told apart."""
    peer = PEER_LIST[row.peer]
    if peer.package or row.cell == "default":
        return peer.title
    return f"{peer.title}, {'null queue' if row.cell == 'null' else row.cell.replace('-', ' ')}"
