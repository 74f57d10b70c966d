"""Raises the backlog of a server's listening sockets, from outside."""

import ctypes
import os
import socket
from pathlib import Path

_libc = ctypes.CDLL(None, use_errno=True)
_PIDFD_GETFD = 438
_LISTENING = "0A"


def raise_backlog(processes: list[int], port: int, backlog: int) -> None:
    """Calls listen again, with `backlog`, on the sockets that `processes` listen with on `port`."""
    inodes = _listening(port)
    for process in processes:
        try:
            descriptors = list(Path(f"/proc/{process}/fd").iterdir())
        except OSError:
            continue  # It has ended.
        for descriptor in descriptors:
            inode = _socket_inode(descriptor)
            if inode in inodes:
                _listen(process, int(descriptor.name), backlog)
                inodes.discard(inode)


def _listening(port: int) -> set[str]:
    """Inodes of the sockets of this network namespace that listen on `port`."""
    found = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == _LISTENING and int(fields[1].rsplit(":", 1)[1], 16) == port:
                found.add(fields[9])
    return found


def _socket_inode(descriptor: Path) -> str:
    try:
        target = os.readlink(descriptor)
    except OSError:
        return ""
    return target[len("socket:["):-1] if target.startswith("socket:[") else ""


def _listen(process: int, descriptor: int, backlog: int) -> None:
    handle = os.pidfd_open(process)
    try:
        copy = _libc.syscall(_PIDFD_GETFD, handle, descriptor, 0)
        if copy < 0:
            raise OSError(ctypes.get_errno(), f"pidfd_getfd({process}, {descriptor})")
        with socket.socket(fileno=copy) as shared:
            shared.listen(backlog)
    finally:
        os.close(handle)
