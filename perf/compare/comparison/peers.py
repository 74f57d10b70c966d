"""The servers under comparison: how each is started afresh, in a given cell, and ended."""

import os
import re
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from .backlog import raise_backlog
from .cgroup import ControlGroup
from .places import (COMPARE, LISTEN_HOST, LISTEN_PORT, PEERS, PUBLISHED, ROOTS, RUNS, SCRATCH, SINK_HOST, SINK_PORT)

_ENVIRONMENT = {
    "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
    "LISTEN_HOST": LISTEN_HOST,
    "LISTEN_PORT": str(LISTEN_PORT),
    "SINK_HOST": SINK_HOST,
    "SINK_PORT": str(SINK_PORT),
}
_READY_SECONDS_MAX = 60
_BACKLOG = 1024


@dataclass(frozen=True)
class Peer:
    """One server. `package` names its Debian package; the relay itself has none."""

    name: str
    title: str
    package: str | None

    def cells(self) -> list[str]:
        """The committed cells of its tuning grid; the default comes first."""
        names = sorted(path.stem for path in (PEERS / self.name / "cells").iterdir())
        return sorted(names, key=lambda name: name != "default")

    def describe(self, cell: str) -> str:
        """The leading comment of a cell."""
        path = next((PEERS / self.name / "cells").glob(f"{cell}.*"))
        lines = []
        for line in path.read_text().splitlines():
            match = re.match(r"(?:#|dnl|//) (?!\w+: )(.*)", line.strip())
            if not match:
                break
            lines.append(match[1])
        return " ".join(lines)

    def queue_directory(self) -> Path:
        return RUNS / "relay-data" if self.package is None else ROOTS / self.name

    def version(self) -> str:
        if self.package is None:
            return os.environ.get("RELAY_COMPARE_COMMIT", "unknown")
        output = subprocess.run(
            ["chroot", ROOTS / self.name, "dpkg-query", "-W", "-f", "${Version}", self.package],
            check=True, capture_output=True, text=True)
        return output.stdout

    def command(self, cell: str) -> list[str]:
        isolated = ["unshare", "--mount", "--pid", "--fork", "--kill-child"]
        if self.package is not None:
            return [*isolated, str(COMPARE / "enter.sh"), str(ROOTS / self.name), str(PEERS / self.name), cell]
        data = self.queue_directory()
        shutil.rmtree(data, ignore_errors=True)
        data.mkdir(parents=True)
        return [*isolated, "/bin/sh", str(PEERS / self.name / "start"), str(PUBLISHED / "relay"), str(data), cell]


PEER_LIST = {
    each.name: each
    for each in (
        Peer("relay", "Relay.Fast", None),
        Peer("postfix", "Postfix", "postfix"),
        Peer("exim", "Exim", "exim4-daemon-light"),
        Peer("opensmtpd", "OpenSMTPD", "opensmtpd"),
        Peer("sendmail", "Sendmail", "sendmail-bin"),
    )
}


class RunningPeer:
    """A started server; leaving the context ends every process of it and its mounts with it."""

    def __init__(self, peer: Peer, cell: str, environment: dict[str, str] | None = None):
        self._peer, self._cell = peer, cell
        self._environment = _ENVIRONMENT | _dotnet_environment() | (environment or {})
        self.group = ControlGroup(peer.name)
        self.log = SCRATCH / f"{peer.name}.log"

    def __enter__(self) -> "RunningPeer":
        try:
            with self.log.open("wb") as log:
                self._process = subprocess.Popen(
                    self._peer.command(self._cell), env=self._environment, stdin=subprocess.DEVNULL, stdout=log,
                    stderr=log, preexec_fn=self.group.enter, start_new_session=True)
            self._wait_until_ready()
            if self._peer.package is not None:
                raise_backlog(self.group.processes(), LISTEN_PORT, _BACKLOG)
        except BaseException:
            self.__exit__()
            raise
        return self

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + _READY_SECONDS_MAX
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            try:
                with socket.create_connection((LISTEN_HOST, LISTEN_PORT), timeout=5) as connection:
                    connection.settimeout(10)
                    if connection.recv(512).startswith(b"220"):
                        connection.sendall(b"QUIT\r\n")
                        connection.recv(512)
                        return
            except OSError:
                time.sleep(0.1)
        tail = self.log.read_text(errors="replace")[-2000:]
        raise RuntimeError(f"{self._peer.name} ({self._cell}) did not start:\n{tail}")

    def __exit__(self, *_: object) -> None:
        process = getattr(self, "_process", None)
        if process is not None and process.poll() is None:
            process.kill()  # unshare --kill-child ends process 1 of the namespace, the kernel the rest.
            process.wait()
        self.group.close()


def _dotnet_environment() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if key.startswith("DOTNET_")}
