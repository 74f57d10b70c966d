"""What a reader must know about the machine to judge the figures."""

import os
import platform
import re
from pathlib import Path

from .places import RUNS
from .storage import file_system


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
    }
