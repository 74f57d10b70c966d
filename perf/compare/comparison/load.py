"""Sources and sinks: Postfix's smtp-source and smtp-sink, or the project's own relay-load."""

import json
import re
import subprocess
import time
from pathlib import Path

from .cgroup import ControlGroup
from .places import LISTEN_HOST, LISTEN_PORT, PUBLISHED_LOAD, ROOTS, SCRATCH, SINK_HOST, SINK_PORT
from .scenarios import Scenario

_REVERSE_PATH, _FORWARD_PATH = "source@client.example", "recipient@sink.example"
SOURCE_SECONDS_MAX = 90
# At a fixed rate, the first part of the run, in which the source compiles its own code, counts for no latency.
LEAD_IN_SECONDS = 1


class LoadError(Exception):
    """The source could not send all it should; the message says what came back."""


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
        return {"accepted": count, "started": start, "seconds": time.monotonic() - start}


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



class RelayLoad:
    """relay-load source and relay-load sink: pipelined as RFC 2920 allows, open loop on demand, with percentiles."""

    name = "relay-load"
    has_latency = True
    counts_recipients = True

    def __init__(self) -> None:
        self.group = ControlGroup("load")

    def close(self) -> None:
        self.group.close()

    def start_sink(self) -> "RelaySink":
        return RelaySink(self.group)

    def send(self, scenario: Scenario, count: int, rate: float | None = None) -> dict:
        report = SCRATCH / "source.json"
        report.unlink(missing_ok=True)
        command = [
            str(PUBLISHED_LOAD / "relay-load"), "source", f"{LISTEN_HOST}:{LISTEN_PORT}", "-q", "--json", str(report),
            "-s", str(scenario.sessions), "-m", str(count), "-l", str(scenario.size), "-r", str(scenario.recipients),
            *(["-d"] if scenario.reuse else []), *(["--rate", f"{rate:.1f}", "--latency-after", f"{LEAD_IN_SECONDS}s"] if rate is not None else []),
        ]
        done = subprocess.run(command, timeout=SOURCE_SECONDS_MAX, stderr=subprocess.PIPE, text=True,
                              preexec_fn=self.group.enter)
        if not report.exists():
            raise LoadError(done.stderr.strip())
        # The report is written when the last reply is there; the program's own start and end do not count.
        ended = time.monotonic() - (time.time() - report.stat().st_mtime)
        found = json.loads(report.read_text())
        if done.returncode != 0 or found["acknowledged"] != count:
            raise LoadError(f"{found['acknowledged']} of {count} accepted, {found['negativeReplies']} {done.stderr}")
        latency, behind_data = found["latency"], found["acknowledgeLatency"]
        return {
            "accepted": found["acknowledged"], "started": ended - found["seconds"], "seconds": found["seconds"],
            "latency_p50_ms": latency["p50Ms"], "latency_p99_ms": latency["p99Ms"],
            "behind_data_p50_ms": behind_data["p50Ms"], "behind_data_p99_ms": behind_data["p99Ms"],
        }


class RelaySink:
    """relay-load sink; its counters file tells messages and recipients."""

    def __init__(self, group: ControlGroup):
        self._counters, self._report = SCRATCH / "sink.counters", SCRATCH / "sink.json"
        self._counters.unlink(missing_ok=True)
        self._report.unlink(missing_ok=True)
        self._process = subprocess.Popen(
            [str(PUBLISHED_LOAD / "relay-load"), "sink", f"{SINK_HOST}:{SINK_PORT}", "-q", "--json", str(self._report),
             "--counters", str(self._counters)],
            stdin=subprocess.DEVNULL, preexec_fn=group.enter)

    def delivered(self) -> int:
        """Recipients, not messages: a server may split a message's recipients over transactions."""
        try:
            return int(self._counters.read_text().split()[1])
        except (FileNotFoundError, IndexError):
            return 0

    def close(self) -> dict:
        self._process.terminate()
        self._process.wait()
        return json.loads(self._report.read_text()) if self._report.exists() else {}


LOADS = {"relay-load": RelayLoad, "smtp": SmtpTools}
