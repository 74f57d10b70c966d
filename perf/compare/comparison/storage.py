"""Bytes that reach the block device below a directory."""

import ctypes
import os
from pathlib import Path

_libc = ctypes.CDLL(None, use_errno=True)
_SECTOR = 512


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


def file_system(directory: Path) -> str:
    """Type, device and options of the mount that holds `directory`."""
    best = ("", "unknown")
    for line in Path("/proc/self/mounts").read_text().splitlines():
        device, point, kind, options = line.split()[:4]
        if str(directory).startswith(point) and len(point) >= len(best[0]):
            best = (point, f"{kind} on {device} ({options})")
    return best[1]
