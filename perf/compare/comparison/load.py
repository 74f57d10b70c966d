"""Sources and sinks: Postfix's smtp-source and smtp-sink, or the project's own relay-load."""

import re
import subprocess
import time
from pathlib import Path

from .cgroup import ControlGroup
from .places import LISTEN_HOST, LISTEN_PORT, ROOTS, SCRATCH, SINK_HOST, SINK_PORT
from .scenarios import Scenario

_REVERSE_PATH, _FORWARD_PATH = "source@client.example", "recipient@sink.example"
SOURCE_SECONDS_MAX = 120


class SmtpTools:
    """smtp-source (no pipelining, no percentiles) and smtp-sink, run from the Postfix root."""

    name = "smtp-source, smtp-sink"
    has_latency = False
    counts_recipients = False

    def __init__(self) -> None:
        self._root = ROOTS / "postfix"
        self.group = ControlGroup("load")

    def close(self) -> None:
        self.group.close()

    def start_sink(self) -> "SmtpSink":
        return SmtpSink(self._root, self.group)

    def send(self, scenario: Scenario, count: int, rate: float | None = None) -> dict:
        command = [
            "chroot", str(self._root), "smtp-source", "-s", str(scenario.sessions), "-m", str(count),
            "-l", str(scenario.size), "-r", str(scenario.recipients), "-f", _REVERSE_PATH, "-t", _FORWARD_PATH,
            *(["-d"] if scenario.reuse else []), f"{LISTEN_HOST}:{LISTEN_PORT}",
        ]
        if rate is not None:
            raise ValueError("smtp-source cannot hold a rate; take --load relay-load")
        start = time.monotonic()
        subprocess.run(command, check=True, timeout=SOURCE_SECONDS_MAX, stderr=subprocess.PIPE, text=True,
                       preexec_fn=self.group.enter)
        return {"accepted": count, "seconds": time.monotonic() - start}


class SmtpSink:
    """smtp-sink -c rewrites one line of counters for every message; its last line is read."""

    def __init__(self, root: Path, group: ControlGroup):
        self._output = SCRATCH / "smtp-sink.out"
        with self._output.open("wb") as output:
            self._process = subprocess.Popen(
                ["chroot", str(root), "smtp-sink", "-c", "-m", "1000", "-u", "nobody",
                 f"{SINK_HOST}:{SINK_PORT}", "1000"],
                stdout=output, stdin=subprocess.DEVNULL, preexec_fn=group.enter)

    def delivered(self) -> int:
        with self._output.open("rb") as output:
            size = output.seek(0, 2)
            output.seek(max(0, size - 200))
            counts = re.findall(rb"mesg=(\d+)\r", output.read())
        return int(counts[-1]) if counts else 0

    def close(self) -> dict:
        self._process.terminate()
        self._process.wait()
        return {"messages": self.delivered()}

