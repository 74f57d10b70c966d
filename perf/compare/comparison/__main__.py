"""Command line; run.sh calls it in namespaces of its own."""

import argparse
import os
import signal
import sys
import time

from . import cgroup, machine, report
from .load import LOADS
from .run import Run, select_peers, select_scenarios


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="run.sh", description="Compares the relay with its peers.")
    parser.add_argument("--load", choices=LOADS, default="relay-load", help="source and sink; smtp is Postfix's pair")
    parser.add_argument("--peers", help="comma-separated, default all")
    parser.add_argument("--scenarios", help="comma-separated, default all the source can run")
    parser.add_argument("--rounds", type=int, default=5, help="interleaved; at least 5 for a report")
    parser.add_argument("--seconds", type=float, default=6, help="about how long one round lasts")
    parser.add_argument("--quick", action="store_true", help="one short round each: a check, not a measurement")
    parser.add_argument("--tune", action="store_true", help="measure every cell first; writes best-cells.json")
    parser.add_argument("--tune-only", action="store_true", help="as --tune, and stop there")
    parser.add_argument("--tune-rounds", type=int, default=1)
    parser.add_argument("--tune-seconds", type=float, default=3)
    parser.add_argument("--warm-up", type=int, default=100_000,
                        help="the relay's messages before each round: code compiled, segments there")
    parser.add_argument("--peer-warm-up", type=int, default=500, help="the peers' messages before each round")
    parser.add_argument("--name", help="name of the run; the same name goes on where it stopped")
    parser.add_argument("--syncs-only", action="store_true", help="trace what is synced before the 250, and stop")
    parser.add_argument("--no-publish", action="store_true", help="take the published relay as it is")
    parser.add_argument("--report-only", action="store_true", help="write the report of what is there")
    options = parser.parse_args(arguments)
    if options.quick:
        options.rounds, options.seconds, options.warm_up = 1, 2, 3000
        options.tune_rounds, options.tune_seconds = 1, 2
    options.name = options.name or os.environ["RELAY_COMPARE_RUN"]
    return options


def facts(run: Run) -> dict[str, str]:
    """The head of the report."""
    return {
        "date": time.strftime("%Y-%m-%d"),
        "commit": os.environ["RELAY_COMPARE_COMMIT"],
        **machine.describe(),
        "source and sink": run.load.name,
        "servers": ", ".join(f"{peer.title} {peer.version()}" for peer in select_peers(None)),
        "rounds": f"{run.options.rounds} of about {run.options.seconds:g} s",
    }


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    options = parse(sys.argv[1:])
    cgroup.remove_stale()
    run = Run(options)
    try:
        peers, scenarios = select_peers(options.peers), select_scenarios(options.scenarios)
        if not run.load.has_latency:
            scenarios = [each for each in scenarios if each.half_rate_of is None]
        if not options.report_only:
            run.keep_facts(facts(run))
            run.trace_syncs(peers)
            if options.syncs_only:
                return
            if options.tune or options.tune_only:
                run.tune(scenarios, [peer for peer in peers if peer.package])
            if not options.tune_only:
                run.compare(scenarios, peers)
        print(report.write(options.name, run.facts(), run.results(), run.syncs()))
    finally:
        run.close()


main()
