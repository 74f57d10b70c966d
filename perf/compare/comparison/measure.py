"""One round: a fresh server, a fresh sink, a warm-up, then the load, measured from outside."""

import math
import time

from .cgroup import PeakMemory
from .peers import Peer, RunningPeer
from .scenarios import Scenario
from .storage import Device

_POLL_SECONDS = 0.02
_STALL_SECONDS_MAX = 15
_COUNT_MIN, _COUNT_MAX = 40, 2_000_000


class LoadFailed(Exception):
    """The load did not get through; the message says how far it came."""


def wait_for_delivery(sink, count: int, exact: bool) -> float:
    """Returns the time at which the sink had `count` messages (or, if not `exact`, the last one it got)."""
    seen, seen_at = sink.delivered(), time.monotonic()
    while True:
        if exact and seen >= count:
            return seen_at
        time.sleep(_POLL_SECONDS)
        now, delivered = time.monotonic(), sink.delivered()
        if delivered != seen:
            seen, seen_at = delivered, now
        elif not exact and seen >= count and now - seen_at > 2:
            return seen_at
        elif now - seen_at > _STALL_SECONDS_MAX:
            raise LoadFailed(f"the sink stood still at {seen} of {count} messages")


def run_round(load, peer: Peer, cell: str, scenario: Scenario, count: int | None, seconds: float,
              warm_up: int, rate: float | None = None) -> dict:
    """
    Runs one round. `count` is the number of messages; None sizes it from the warm-up's own rate so that the round
    takes about `seconds`.
    """
    # A server may split a message's recipients over transactions; smtp-sink counts those.
    exact = scenario.recipients == 1 or load.counts_recipients
    per_message = scenario.recipients if load.counts_recipients else 1
    sink = load.start_sink()
    try:
        with RunningPeer(peer, cell) as server:
            start = time.monotonic()
            load.send(scenario, warm_up)
            warm = wait_for_delivery(sink, warm_up * per_message, exact) - start
            if count is None:
                count = plan_count(warm_up / warm, seconds)
            device = Device(peer.queue_directory())
            device.wait_until_quiet()

            written = device.written_bytes()
            cpu, load_cpu = server.group.cpu_seconds(), load.group.cpu_seconds()
            before = sink.delivered()
            with PeakMemory(server.group, seconds=1.0 if rate is None else None) as memory:
                source = load.send(scenario, count, rate)
                delivered_at = wait_for_delivery(sink, before + count * per_message, exact)
            time.sleep(0.5)
            cpu, load_cpu = server.group.cpu_seconds() - cpu, load.group.cpu_seconds() - load_cpu
            written_after = device.written_bytes()
        outcome = sink.close()
    except BaseException:
        sink.close()
        raise
    return {
        "count": count,
        "seconds": delivered_at - source["started"],
        "accepted_per_second": source["accepted"] / source["seconds"],
        "delivered_per_second": count / (delivered_at - source["started"]),
        "cpu_microseconds_per_message": cpu / count * 1e6,
        "load_cpu_microseconds_per_message": load_cpu / count * 1e6,
        "resident_bytes": memory.peak,
        "written_bytes_per_message": None if written is None else (written_after - written) / count,
        **{key: value for key, value in source.items() if key.endswith("_ms")},
        "sink": outcome,
    }


def plan_count(rate: float, seconds: float) -> int:
    """A count with two significant digits, so that reports read well."""
    count = min(max(rate * seconds, _COUNT_MIN), _COUNT_MAX)
    digit = 10 ** (math.floor(math.log10(count)) - 1)
    return round(count / digit) * digit
