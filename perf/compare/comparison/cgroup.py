"""A cgroup v2 of its own for each server: CPU of all its processes, living or dead, and who they are."""

import os
import signal
import threading
import time
from pathlib import Path

from .places import CGROUPS

_PREFIX = "relay-compare-"


class ControlGroup:
    """Processes join in `enter` (before exec); everything they start stays in the group."""

    def __init__(self, name: str):
        self.path = CGROUPS / f"{_PREFIX}{os.getpid()}-{name}"
        self.path.mkdir()

    def enter(self) -> None:
        (self.path / "cgroup.procs").write_text("0")

    def cpu_seconds(self) -> float:
        for line in (self.path / "cpu.stat").read_text().splitlines():
            key, value = line.split()
            if key == "usage_usec":
                return int(value) / 1e6
        raise RuntimeError(f"{self.path}: cpu.stat has no usage_usec")

    def processes(self) -> list[int]:
        return [int(line) for line in (self.path / "cgroup.procs").read_text().split()]

    def resident_bytes(self) -> int:
        """Sum of the proportional set sizes: shared pages count once."""
        total = 0
        for process in self.processes():
            try:
                for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
                    if line.startswith("Pss:"):
                        total += int(line.split()[1]) * 1024
            except (OSError, ProcessLookupError):
                pass  # It ended between the two looks.
        return total

    def close(self) -> None:
        """Ends what is still in the group, by process id, and removes it."""
        for _ in range(100):
            for process in self.processes():
                try:
                    os.kill(process, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            try:
                self.path.rmdir()
                return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError(f"{self.path} could not be emptied")


def remove_stale() -> None:
    """Removes the empty groups that a killed run left."""
    for path in CGROUPS.glob(f"{_PREFIX}*"):
        try:
            path.rmdir()
        except OSError:
            pass


class PeakMemory:
    """
    Samples a group's resident bytes at the begin, at the end and every `seconds` between (None for never: a look takes
    milliseconds of a processor and holds the process's memory map); `peak` is the largest sum seen.
    """

    def __init__(self, group: ControlGroup, seconds: float | None = 1.0):
        self._group = group
        self._seconds = seconds
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self.peak = group.resident_bytes()

    def _sample(self) -> None:
        while not self._stopped.wait(self._seconds):
            self._look()

    def _look(self) -> None:
        self.peak = max(self.peak, self._group.resident_bytes())

    def __enter__(self) -> "PeakMemory":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()
        self._look()
