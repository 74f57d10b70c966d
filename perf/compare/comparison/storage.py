"""Bytes that reach the block device below a directory."""

import ctypes
import os
import time
from pathlib import Path

_libc = ctypes.CDLL(None, use_errno=True)
_SECTOR = 512
_QUIET_BYTES_PER_SECOND = 1_000_000


class Device:
    """The device that holds `directory`. Its counter sees every writer, so the machine has to be quiet."""

    def __init__(self, directory: Path):
        self._directory = directory
        number = os.stat(directory).st_dev
        self._stat = Path(f"/sys/dev/block/{os.major(number)}:{os.minor(number)}/stat")

    def written_bytes(self) -> int | None:
        """Bytes written so far, after everything dirty has been flushed; None where the file system hides it."""
        descriptor = os.open(self._directory, os.O_RDONLY)
        try:
            if _libc.syncfs(descriptor) != 0:
                raise OSError(ctypes.get_errno(), "syncfs")
        finally:
            os.close(descriptor)
        if not self._stat.exists():
            return None
        return int(self._stat.read_text().split()[6]) * _SECTOR

    def wait_until_quiet(self, seconds_max: float = 20) -> None:
        """Waits while more than a megabyte a second is written: a server may prepare space when it starts."""
        written = self.written_bytes()
        deadline = time.monotonic() + seconds_max
        while written is not None and time.monotonic() < deadline:
            time.sleep(0.5)
            before, written = written, self.written_bytes()
            if written - before < _QUIET_BYTES_PER_SECOND / 2:
                return


def file_system(directory: Path) -> str:
    """Type, device and options of the mount that holds `directory`."""
    best = ("", "unknown")
    for line in Path("/proc/self/mounts").read_text().splitlines():
        device, point, kind, options = line.split()[:4]
        if str(directory).startswith(point) and len(point) >= len(best[0]):
            best = (point, f"{kind} on {device} ({options})")
    return best[1]
