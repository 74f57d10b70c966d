"""What a reader must know about the machine to judge the figures."""

import os
import platform
import re
from pathlib import Path

from .places import CGROUPS, RUNS
from .storage import file_system

_ONE_GROUP = "source, server and sink are one group"


def describe() -> dict[str, str]:
    cpu = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.M)
    memory = re.search(r"^MemTotal:\s*(\d+) kB", Path("/proc/meminfo").read_text(), re.M)
    system = re.search(r'^PRETTY_NAME="(.*)"', Path("/etc/os-release").read_text(), re.M)
    return {
        "cores": f"{os.cpu_count()} × {cpu[1] if cpu else platform.machine()}, shared by source, server and sink",
        "memory": f"{int(memory[1]) / 2**20:.0f} GiB" if memory else "unknown",
        "kernel": platform.release(),
        "system": system[1] if system else "unknown",
        "file system": file_system(RUNS),
        "scheduling": _scheduling(),
    }


def _scheduling() -> str:
    """Whether the kernel deals the processors out to groups of processes (run.sh, share_processors)."""
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if "cpu" in controllers.split(",") and path != "/":
            return _ONE_GROUP
        if not controllers and "cpu" in _read(CGROUPS / "cgroup.controllers").split():
            return _ONE_GROUP
    if _read(Path("/proc/sys/kernel/sched_autogroup_enabled")) == "0":
        return _ONE_GROUP
    return "the server is one group, source and sink are another; each has half of the processors"


def _read(path: Path) -> str:
    return path.read_text().strip() if path.exists() else ""
