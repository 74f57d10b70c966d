"""Where things lie, and the addresses that client, server and sink use."""

import os
from pathlib import Path

COMPARE = Path(__file__).resolve().parent.parent
REPOSITORY = COMPARE.parent.parent
OUT = REPOSITORY / "perf" / "out"
ROOTS = Path(os.environ.get("RELAY_COMPARE_ROOTS", OUT / "roots"))
RUNS = OUT / "compare"
PUBLISHED = OUT / "publish"
PUBLISHED_LOAD = OUT / "publish-load"
RESULTS = REPOSITORY / "perf" / "results"
PEERS = COMPARE / "peers"
BEST_CELLS = COMPARE / "best-cells.json"

# A tmpfs and a cgroup v2 tree, mounted by run.sh in its own mount namespace.
SCRATCH = Path(os.environ.get("RELAY_COMPARE_SCRATCH", OUT / "scratch"))
CGROUPS = Path(os.environ.get("RELAY_COMPARE_CGROUPS", OUT / "cgroup"))

# All inside a network namespace that has the loopback device only (run.sh).
LISTEN_HOST, LISTEN_PORT = "127.0.0.1", 2525
SINK_HOST, SINK_PORT = "127.0.0.9", 2526
