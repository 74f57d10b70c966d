#!/usr/bin/env bash
# How long the small commands take from start to end, as install.sh builds them: the median of 20 runs of each, in ms of
# wall clock and of processor time (user and system, which a busy machine does not change).
# usage: perf/startup.sh [--program FOLDER] [--runs N]
set -euo pipefail
cd "$(dirname "$0")/.."
program= runs=20
while [ $# -gt 0 ]; do
  case "$1" in
    --program) program=$2; shift 2 ;;
    --runs) runs=$2; shift 2 ;;
    *) sed -n '2,4p' "$0"; exit 64 ;;
  esac
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ -z "$program" ]; then
  ./install.sh --destdir "$work" --prefix /usr/local --no-service --links none >/dev/null
  program=$work/usr/local/lib/relay
fi
mkdir -p "$work/bin" "$work/mail"
for name in sendmail mailq newaliases makemap; do ln -s "$(realpath "$program")/relay" "$work/bin/$name"; done
printf 'root: admin@example.org\n' >"$work/mail/aliases"
printf 'localhost RELAY\n' >"$work/mail/access"
cat >"$work/relay.json" <<JSON
{ "hostname": "mail.example.org", "smartHost": "smtp:[192.0.2.25]", "tables": { "directory": "$work/mail" },
  "queue": { "directory": "$work/queue" }, "admin": { "socket": "$work/admin.sock" },
  "submission": { "socket": "$work/submission.sock", "queueSocket": "$work/mailq.sock", "dropFolder": "$work/drop" } }
JSON
mkdir -m 1733 "$work/drop"
export RELAY_CONFIG=$work/relay.json WORK=$work RUNS=$runs
python3 - <<'PY'
import os, resource, statistics, subprocess, time

work, runs = os.environ["WORK"], int(os.environ["RUNS"])
table = open(f"{work}/mail/access", "rb").read()
commands = [
    ("mailq (no relay runs)", ["mailq"], b""),
    ("newaliases", ["newaliases"], b""),
    ("sendmail -bv root", ["sendmail", "-bv", "root"], b""),
    ("sendmail -t (drop folder)", ["sendmail", "-t"], b"To: admin@example.org\n\nx\n"),
    ("makemap hash access", ["makemap", "hash", f"{work}/mail/access"], table),
]
print(f"{'command':28} {'wall ms':>8} {'processor ms':>13}")
for name, words, given in commands:
    wall, cpu = [], []
    for _ in range(runs):
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run([f"{work}/bin/{words[0]}", *words[1:]], input=given,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wall.append(time.perf_counter() - start)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    print(f"{name:28} {statistics.median(wall) * 1000:8.0f} {statistics.median(cpu) * 1000:13.0f}")
PY
