"""What each server makes durable before it answers 250: one message under strace, the events put in order."""

import re
import shutil
import subprocess
import time
from collections import Counter
from pathlib import Path

from .peers import Peer, RunningPeer
from .places import LISTEN_PORT, ROOTS
from .scenarios import Scenario

_CALLS = "fsync,fdatasync,sync_file_range,msync,openat,write,writev,pwrite64,pwritev,pwritev2,sendto,sendmsg"
_MESSAGE = Scenario("S", "one message", 2048, 1)
_TRACE = "/tmp/relay-compare.trace"

_CALL = re.compile(r"^(\d+) +(\w+)\((.*)")
_RESUMED = re.compile(r"^(\d+) +<\.\.\. (\w+) resumed>(.*)")
_FILE = re.compile(r"^\d+<([^>]*)>")
_OPENED = re.compile(r'"[^"]*", ([A-Z_|]*).* = \d+<([^>]*)>')
_SYNCS = ("fsync", "fdatasync", "sync_file_range", "msync")


def trace_syncs(load, peer: Peer, cell: str) -> list[str] | None:
    """The sync operations between the 354 and the 250 of one message; None if strace is not there."""
    trace = Path(_TRACE) if peer.package is None else ROOTS / peer.name / _TRACE.lstrip("/")
    if peer.package is None and shutil.which("strace") is None:
        return None
    trace.unlink(missing_ok=True)
    environment = {"TRACE": f"strace -f -yy -s 256 -e trace={_CALLS} -o {_TRACE}"}
    sink = load.start_sink()
    try:
        with RunningPeer(peer, cell, environment):
            load.send(_MESSAGE, 1)  # The first message opens logs and hint files.
            time.sleep(2)
            mark = len(_lines(trace))
            load.send(_MESSAGE, 1)
            time.sleep(1)
            return list(_before_reply(_lines(trace), mark))
    finally:
        sink.close()
        trace.unlink(missing_ok=True)


def describe(syncs: list[str] | None) -> str:
    """One phrase per kind of synced file."""
    if syncs is None:
        return "not traced (no strace)"
    if not syncs:
        return "nothing"
    return ", ".join(f"{count} × {name}" for name, count in Counter(syncs).items())


def _lines(trace: Path) -> list[str]:
    return trace.read_text(errors="replace").splitlines()


def _before_reply(lines: list[str], mark: int):
    """Yields each sync that has ended between the server's 354 behind `mark` and its next 250 to the client."""
    pending: dict[str, tuple[str, str]] = {}
    write_through: set[str] = set()
    inside = False
    for number, line in enumerate(lines):
        if resumed := _RESUMED.match(line):
            process, call, rest = resumed.groups()
            begun = pending.pop(process, ("", ""))[1]
            arguments = begun + rest
        elif started := _CALL.match(line):
            process, call, arguments = started.groups()
            if arguments.endswith("<unfinished ...>"):
                pending[process] = (call, arguments.removesuffix("<unfinished ...>"))
                if not _to_client(arguments):
                    continue
        else:
            continue
        if call == "openat":
            opened = _OPENED.search(arguments)
            if opened and re.search(r"O_D?SYNC", opened[1]):
                write_through.add(opened[2])
            continue
        if number < mark:
            continue
        if _to_client(arguments):
            if "354 " in arguments:
                inside = True
            elif inside and '"250' in arguments:
                return
            continue
        path = _FILE.match(arguments)
        if inside and path and (call in _SYNCS or path[1] in write_through):
            yield f"{call if call in _SYNCS else 'write-through'} {_kind(path[1])}"


def _to_client(arguments: str) -> bool:
    return f":{LISTEN_PORT}->" in arguments[:80]


def _kind(path: str) -> str:
    """A path without what differs from message to message."""
    path = re.sub(r".*/(spool|relay-data)/", "", path)
    path = re.sub(r"/\w(?=/|$)", "/*", path)  # a directory of a split spool
    return re.sub(r"[^/]*\d[^/]*", "*", path)
