"""The course of a run: tune (optional), rounds interleaved over the peers, results kept one file per round."""

import json
import statistics
import time
from pathlib import Path

from .load import LEAD_IN_SECONDS, LOADS
from .measure import plan_count, run_round
from .peers import PEER_LIST, Peer
from .places import BEST_CELLS, RUNS
from .scenarios import SCENARIOS, Scenario
from .syncs import describe, trace_syncs


class Run:
    """All rounds of one comparison; a run that was broken off goes on where it stopped."""

    def __init__(self, options):
        self.options = options
        self.directory = RUNS / options.name
        self.directory.mkdir(parents=True, exist_ok=True)
        self.load = LOADS[options.load]()

    def close(self) -> None:
        self.load.close()

    def _file(self, kind: str, scenario: Scenario, peer: Peer, cell: str, number: int) -> Path:
        return self.directory / f"{kind}-{scenario.name}-{peer.name}-{cell}-{number}.json"

    def round(self, kind: str, scenario: Scenario, peer: Peer, cell: str, number: int, count: int | None,
              rate: float | None = None) -> dict | None:
        """One round, unless its file is there already. None if the load did not get through."""
        path = self._file(kind, scenario, peer, cell, number)
        if not path.exists():
            seconds = self.options.seconds if kind == "round" else self.options.tune_seconds
            now = time.strftime("%H:%M:%S")
            print(f"{now} {kind} {scenario.name} {number} {peer.name} {cell}", end=" ", flush=True)
            result = {"kind": kind, "scenario": scenario.name, "peer": peer.name, "cell": cell, "number": number}
            try:
                warm_up = self._warm_up(kind, scenario, peer)
                result |= run_round(self.load, peer, cell, scenario, count, seconds, warm_up, rate)
                print(f"{result['delivered_per_second']:.0f}/s", flush=True)
            except Exception as failure:  # A peer that fails must not end the comparison; the report names it.
                result["failed"] = f"{type(failure).__name__}: {failure}"
                print(result["failed"], flush=True)
            path.write_text(json.dumps(result, indent=1))
        result = json.loads(path.read_text())
        return None if "failed" in result else result

    def _warm_up(self, kind: str, scenario: Scenario, peer: Peer) -> int:
        """Messages before the measurement: enough that processes are forked, code compiled and files preallocated."""
        share = self.options.warm_up if peer.package is None else self.options.peer_warm_up
        if kind == "tune":
            share //= 3
        return max(scenario.sessions, share // (10 if scenario.size > 10_000 or scenario.recipients > 1 else 1))

    def tune(self, scenarios: list[Scenario], peers: list[Peer]) -> None:
        """Measures every cell of every peer and keeps the fastest (delivered/s) under each load in best-cells.json."""
        best = json.loads(BEST_CELLS.read_text()) if BEST_CELLS.exists() else {}
        for scenario in scenarios:
            if scenario.half_rate_of:
                continue
            for peer in peers:
                if len(peer.cells()) < 2:
                    continue
                rates = {}
                for number in range(1, self.options.tune_rounds + 1):
                    for cell in peer.cells():
                        result = self.round("tune", scenario, peer, cell, number, None)
                        if result is not None:
                            rates.setdefault(cell, []).append(result["delivered_per_second"])
                if rates:
                    best.setdefault(peer.name, {})[scenario.name] = max(
                        rates, key=lambda cell: statistics.median(rates[cell]))
                    BEST_CELLS.write_text(json.dumps(best, indent=2, sort_keys=True) + "\n")

    def trace_syncs(self, peers: list[Peer]) -> None:
        """Records what each cell syncs before its 250 (syncs.json)."""
        known = self.syncs()
        for peer in peers:
            for cell in peer.cells():
                if f"{peer.name} {cell}" not in known:
                    text = describe(trace_syncs(self.load, peer, cell))
                    print(f"synced before the 250 by {peer.name} {cell}: {text}", flush=True)
                    known[f"{peer.name} {cell}"] = text
                    self._keep("syncs.json", known)

    def syncs(self) -> dict[str, str]:
        return self._kept("syncs.json")

    def keep_facts(self, facts: dict[str, str]) -> None:
        self._keep("facts.json", facts)

    def facts(self) -> dict[str, str]:
        return self._kept("facts.json")

    def _keep(self, name: str, what: dict) -> None:
        (self.directory / name).write_text(json.dumps(what, indent=1))

    def _kept(self, name: str) -> dict:
        path = self.directory / name
        return json.loads(path.read_text()) if path.exists() else {}

    def best_cell(self, scenario: Scenario, peer: Peer) -> str:
        best = json.loads(BEST_CELLS.read_text()) if BEST_CELLS.exists() else {}
        return best.get(peer.name, {}).get(scenario.half_rate_of or scenario.name, peer.cells()[0])

    def compare(self, scenarios: list[Scenario], peers: list[Peer]) -> None:
        """Rounds, interleaved: in each round every peer has its turn, in an order that rotates."""
        counts: dict[tuple[str, str], int] = {}
        for scenario in scenarios:
            for number in range(1, self.options.rounds + 1):
                turn = number % len(peers)
                for peer in peers[turn:] + peers[:turn]:
                    for cell in self._cells_to_run(scenario, peer):
                        rate = None
                        if scenario.half_rate_of:
                            rate = self._half_rate(SCENARIOS[scenario.half_rate_of], peer, cell)
                            if rate is None:
                                continue
                            counts[(peer.name, cell)] = int(rate * (LEAD_IN_SECONDS + 2 * self.options.seconds))
                        key = (peer.name, cell)
                        result = self.round("round", scenario, peer, cell, number, counts.get(key), rate)
                        if result is not None:
                            counts.setdefault(key, plan_count(result["delivered_per_second"], self.options.seconds))
            counts.clear()

    def _cells_to_run(self, scenario: Scenario, peer: Peer) -> list[str]:
        """A peer's best cell; the relay's other cells (null queue, small segments) show costs under load A only."""
        if peer.package is None:
            return peer.cells() if scenario.name == "A" else peer.cells()[:1]
        return [self.best_cell(scenario, peer)]

    def _half_rate(self, scenario: Scenario, peer: Peer, cell: str) -> float | None:
        """Half of what the peer delivered in `scenario` in this run (median)."""
        rates = sorted(
            result["delivered_per_second"]
            for result in self.results()
            if (result["kind"], result["scenario"], result["peer"], result["cell"])
            == ("round", scenario.name, peer.name, cell) and "failed" not in result)
        return rates[len(rates) // 2] / 2 if rates else None

    def results(self) -> list[dict]:
        return [
            json.loads(path.read_text())
            for path in sorted(self.directory.glob("*.json"))
            if path.name.startswith(("round-", "tune-"))
        ]


def select(names: str | None, known: dict) -> list:
    """Picks from `known` by a comma-separated list; all of it if there is none."""
    if not names:
        return list(known.values())
    unknown = [name for name in names.split(",") if name not in known]
    if unknown:
        raise SystemExit(f"unknown: {', '.join(unknown)} (known: {', '.join(known)})")
    return [known[name] for name in names.split(",")]


def select_peers(names: str | None) -> list[Peer]:
    return select(names, PEER_LIST)


def select_scenarios(names: str | None) -> list[Scenario]:
    return select(names, SCENARIOS)
