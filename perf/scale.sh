#!/usr/bin/env bash
# Measures what grows with size, on the relay alone: a full queue (accept rate beside an empty one, what it costs mail for
# another next hop, memory, restart, mailq), latency at half the highest rate, and idle connections (memory each). Prints
# a Markdown table. Loads are bounded; everything it starts it ends by pid.
# usage: perf/scale.sh [messages, default 1000000] [idle connections, default 10000]
set -euo pipefail
cd "$(dirname "$0")/.."
messages=${1:-1000000} idle=${2:-10000}
dotnet publish src/Relay.Host -c Release -o perf/out/publish -v quiet --nologo
dotnet publish perf/Relay.LoadGenerator -c Release -r linux-x64 --no-self-contained -p:PublishReadyToRun=true \
    -o perf/out/publish-load -v quiet --nologo
work=$(mktemp -d perf/out/scale.XXXXXX)
port=2799 live=2798
echo "live.example smtp:[127.0.0.1]:$live" > "$work/mailertable"
cat > "$work/relay.json" <<JSON
{
  "hostname": "relay.test",
  "listeners": [ { "endpoint": "127.0.0.1:$port" } ],
  "queue": { "directory": "$work/queue" },
  "smartHost": "smtp:[127.0.0.1]:9",
  "tables": { "directory": "$work" },
  "access": { "acceptUnresolvableDomains": true },
  "server": { "connectionsMax": 20000, "connectionsPerAddressMax": 20000 },
  "admin": { "socket": "$work/admin.sock" }
}
JSON
relay= sink= group= tasks=
trap 'kill $relay $sink 2>/dev/null || true; wait; rm -rf "$work"; [ -z "$group" ] || rmdir "$group"' EXIT
ulimit -n "$(ulimit -Hn)"

limit() { # limit CGROUP-OF-THE-SYSTEM FILE-OF-THE-LIMIT: sets group, and tasks
    mkdir "$1/relay-scale.$$" 2>/dev/null || return 0
    group=$1/relay-scale.$$
    if echo $((1200 << 20)) 2>/dev/null > "$group/$2"; then tasks=$group/cgroup.procs; fi
}
if [ -d /sys/fs/cgroup/memory ]; then
    limit /sys/fs/cgroup/memory memory.limit_in_bytes
else
    echo +memory 2>/dev/null > /sys/fs/cgroup/cgroup.subtree_control || true
    limit /sys/fs/cgroup memory.max
fi
[ -n "$tasks" ] || echo "perf/scale.sh: memory is not limited (that needs root and control groups)" >&2

start() { # sets relay, and started: the seconds until it listens
    local begin=$EPOCHREALTIME
    rm -f "$work/log"
    (
        [ -z "$tasks" ] || echo "$BASHPID" > "$tasks"
        exec perf/out/publish/relay serve --config "$work/relay.json" > "$work/log" 2>&1
    ) &
    relay=$!
    until grep -qs listening "$work/log"; do kill -0 "$relay"; sleep 0.02; done
    started=$(awk -v a="$begin" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }')
}
stop() { kill "$relay"; wait "$relay" || true; relay=; }
send() { perf/out/publish-load/relay-load source "127.0.0.1:$port" -s 100 -d -l 2k -m "$1" -q --json "$work/json"
    python3 -c "import json; r = json.load(open('$work/json')); print(round(r['acknowledged'] / r['seconds']))"; }
queued() { perf/out/publish/relay queue summary --json --config "$work/relay.json" |
    python3 -c 'import json, sys; print(json.loads(sys.stdin.readline())["queued"])'; }
relayed() { # relayed N: messages per second to the live next hop, until the last one has left
    local rest begin=$EPOCHREALTIME
    rest=$(queued)
    perf/out/publish-load/relay-load source "127.0.0.1:$port" -s 100 -d -l 2k -m "$1" -q -t 'user{r}@live.example'
    while [ "$(queued)" -gt "$rest" ]; do sleep 0.02; done
    awk -v a="$begin" -v b="$EPOCHREALTIME" -v n="$1" 'BEGIN { printf "%d", n / (b - a) }'
}
latency() { # latency RATE: p50 and p99 in ms to the reply, counted from when each message was due
    perf/out/publish-load/relay-load source "127.0.0.1:$port" -s 100 -d -l 2k -m $(($1 * 6)) --rate "$1" -q \
        -t 'user{r}@live.example' --json "$work/json"
    python3 -c "import json; r = json.load(open('$work/json'))['latency']; print('%.2f / %.2f' % (r['p50Ms'], r['p99Ms']))"
}
resident() { awk '/^VmRSS/ { print int($2 / 1024) }' "/proc/$relay/status"; }

perf/out/publish-load/relay-load sink "127.0.0.1:$live" > /dev/null 2>&1 &
sink=$!
start
relayed 60000 > /dev/null # warm
alone=$(relayed 100000)
latency=$(latency $((alone / 2)))
send 50000 > /dev/null
empty=$(send 100000)
send "$messages" > /dev/null
full=$(send 100000)
full_resident=$(resident)
beside=$(relayed 100000)
stop
start
restart=$started
restart_resident=$(resident)
ln -s "$PWD/perf/out/publish/relay" "$work/mailq"
begin=$EPOCHREALTIME
RELAY_CONFIG=$work/relay.json "$work/mailq" > "$work/list"
mailq=$(awk -v a="$begin" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }')
mailq_end=$(tail -1 "$work/list")
mailq_resident=$(resident)
stop
rm -rf "$work/queue"

start
send 5000 > /dev/null
before=$(awk '/^VmRSS/ { print $2 }' "/proc/$relay/status")
after=$(python3 - "$port" "$idle" "$relay" <<'PY'
import socket, sys, time
port, count, pid = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
held = []
for i in range(count):
    s = socket.create_connection(("127.0.0.1", port))
    assert s.recv(512).startswith(b"220"), "no greeting"
    s.sendall(b"EHLO idle.example\r\n")
    assert s.recv(4096).startswith(b"250"), "no reply"
    held.append(s)
time.sleep(3)
print(next(line.split()[1] for line in open(f"/proc/{pid}/status") if line.startswith("VmRSS")))
PY
)
stop

cat <<TABLE
| what | measured |
| --- | --- |
| accepted/s, queue empty / with $messages queued | $empty / $full ($((full * 100 / empty)) %) |
| relayed/s to a live next hop, alone / beside $messages parked messages | $alone / $beside ($((beside * 100 / alone)) %) |
| latency to the \`250\` at $((alone / 2))/s, ms, p50 / p99 | $latency |
| resident with $messages queued | $full_resident MB |
| restart to listening with $messages queued | $restart s, then $restart_resident MB resident |
| mailq with $messages queued | $mailq s, "$mailq_end", then $mailq_resident MB resident |
| $idle idle connections (after EHLO) | $(awk -v a="$before" -v b="$after" -v n="$idle" 'BEGIN { printf "%.1f", (b - a) / n }') KB each |
TABLE
