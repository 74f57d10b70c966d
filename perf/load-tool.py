#!/usr/bin/env python3
"""Measures relay-load against Postfix's smtp-source and smtp-sink in all pairings, in interleaved rounds.

    perf/load-tool.py POSTFIX_ROOT [--cell TEXT] [--rounds 5] [--scale 1.0] [--foreign 0.05] [--quiet-wait 600]

POSTFIX_ROOT is a directory that Debian's postfix package was unpacked into, without being installed:

    apt-get download postfix && dpkg -x postfix_*.deb POSTFIX_ROOT

relay-load is told to close by RST behind QUIT, because smtp-source does (SO_LINGER of 0). Runs are long enough, seconds
each, that the start of the programs is a small part of them; it is in the figures all the same.

Prints every run and a table of medians (with the range of the rounds) per cell, as Markdown. CPU is user and system time
of the whole process, start included; rates are messages over the whole run of the source, start included. A run during
which other programs used more than --foreign of the machine is thrown away and repeated.
"""

import argparse
import os
import pathlib
import resource
import socket
import statistics
import subprocess
import sys
import time

LOAD = pathlib.Path(__file__).resolve().parent / "out/publish-load/relay-load"
CELLS = {  # name: sessions, messages, body octets, connections reused
    "2 KB, connections reused": (100, 180_000, 2048, True),
    "2 KB, one message per connection": (20, 60_000, 2048, False),
    "100 KB, connections reused": (20, 24_000, 102_400, True),
}
PAIRS = [  # source, sink, pipelining of relay-load's source
    ("smtp-source", "smtp-sink", "off"),
    ("relay-load", "smtp-sink", "off"),
    ("smtp-source", "relay-load", "off"),
    ("relay-load", "relay-load", "off"),
    ("relay-load", "relay-load", "group"),
    ("relay-load", "relay-load", "full"),
]
TRIES_MAX = 40


class Tools:
    def __init__(self, root):
        self.root = root.resolve()
        self.port = 20_000 + os.getpid() % 5_000
        self.environment = dict(os.environ, LD_LIBRARY_PATH=str(self.root / "usr/lib/postfix"))

    def start_sink(self, program):
        self.port += 1
        address = f"127.0.0.1:{self.port}"
        command = {
            "smtp-sink": [self.root / "usr/sbin/smtp-sink", "-u", "root", "-m", "2000", address, "4096"],
            "relay-load": [LOAD, "sink", "--quiet", address],
        }[program]
        sink = self.spawn(command)
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline and sink.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return sink
            time.sleep(0.02)
        sys.exit(f"{program} did not listen on {address}")

    def start_source(self, program, sessions, messages, length, reused, pipelining):
        options = ["-s", sessions, "-m", messages, "-l", length, *(["-d"] if reused else [])]
        command = {
            "smtp-source": [self.root / "usr/sbin/smtp-source", *options, "-f", "load@source.example",
                            "-t", "user@sink.example"],
            "relay-load": [LOAD, "source", "--quiet", *options, "--pipelining", pipelining,
                           "--reset-after-quit"],
        }[program]
        return self.spawn([*command, f"127.0.0.1:{self.port}"])

    def spawn(self, command):
        return subprocess.Popen([str(part) for part in command], env=self.environment, stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL)


def finish(process):
    """Waits for the process; returns its exit code and CPU seconds."""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, usage.ru_utime + usage.ru_stime


def busy_seconds():
    """CPU seconds spent by the whole machine so far."""
    fields = [int(field) for field in pathlib.Path("/proc/stat").read_text().splitlines()[0].split()[1:]]
    return (sum(fields[:8]) - fields[3] - fields[4]) / os.sysconf("SC_CLK_TCK")


def wait_until_quiet(foreign_max, seconds):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        before = busy_seconds()
        time.sleep(0.5)
        if busy_seconds() - before < 0.5 * foreign_max * os.cpu_count():
            return


def measure_undisturbed(arguments, *details):
    for _ in range(TRIES_MAX):
        wait_until_quiet(arguments.foreign, arguments.quiet_wait)
        before, begin = busy_seconds(), time.monotonic()
        run, own = measure(*details)
        seconds = time.monotonic() - begin
        foreign = (busy_seconds() - before - own) / seconds / os.cpu_count()
        if foreign <= arguments.foreign:
            return *run, foreign
        print(f"  disturbed: {foreign:.0%} of the machine went to others", flush=True)
    sys.exit("the machine is never quiet enough")


def measure(tools, cell, scale, source_name, sink_name, pipelining):
    sessions, messages, length, reused = CELLS[cell]
    messages = int(messages * scale)
    sink = tools.start_sink(sink_name)
    begin = time.monotonic()
    source = tools.start_source(source_name, sessions, messages, length, reused, pipelining)
    code, source_cpu = finish(source)
    seconds = time.monotonic() - begin
    sink.terminate()
    _, sink_cpu = finish(sink)
    if code != 0:
        sys.exit(f"{source_name} to {sink_name} ended with {code}")
    run = messages / seconds, source_cpu * 1e6 / messages, sink_cpu * 1e6 / messages
    return run, source_cpu + sink_cpu


def spread(values, form):
    return f"{statistics.median(values):{form}} ({min(values):{form}}–{max(values):{form}})"


def table(results):
    for cell in dict.fromkeys(cell for cell, _ in results):
        base = results[cell, PAIRS[0]]
        print(f"\n**{cell}**\n")
        print("| source → sink | messages/s | × | CPU source (µs) | CPU sink (µs) | CPU both, ÷ |")
        print("| --- | ---: | ---: | ---: | ---: | ---: |")
        for pair in PAIRS:
            runs = results[cell, pair]
            rates = [run[0] / first[0] for run, first in zip(runs, base)]
            costs = [(first[1] + first[2]) / (run[1] + run[2]) for run, first in zip(runs, base)]
            name = f"{pair[0]} → {pair[1]}" + ("" if pair[2] == "off" else f", pipelining {pair[2]}")
            print(f"| {name} | {spread([run[0] for run in runs], ',.0f')} | {spread(rates, '.2f')} "
                  f"| {spread([run[1] for run in runs], '.1f')} | {spread([run[2] for run in runs], '.1f')} "
                  f"| {spread(costs, '.2f')} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("postfix_root", type=pathlib.Path)
    parser.add_argument("--cell", default="", help="only cells whose name contains this text")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--scale", type=float, default=1.0, help="factor for the number of messages")
    parser.add_argument("--foreign", type=float, default=0.05, help="share of the machine others may use in a run")
    parser.add_argument("--quiet-wait", type=float, default=600, help="seconds to wait for quiet before a run")
    arguments = parser.parse_args()
    if not LOAD.exists():
        sys.exit(f"{LOAD} is missing: publish it as perf/README.md says")
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    tools = Tools(arguments.postfix_root)
    results = {}
    for cell in (name for name in CELLS if arguments.cell in name):
        for round_number in range(arguments.rounds):
            for pair in PAIRS:
                run = measure_undisturbed(arguments, tools, cell, arguments.scale, *pair)
                results.setdefault((cell, pair), []).append(run)
                print(f"{cell}; round {round_number + 1}; {' → '.join(pair[:2])}, {pair[2]}; {run[0]:.0f}/s; "
                      f"{run[1]:.1f} + {run[2]:.1f} µs; others {run[3]:.0%}", flush=True)
    table(results)


if __name__ == "__main__":
    main()
