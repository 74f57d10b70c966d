#!/usr/bin/env bash
# What it costs that mail goes to many next hops instead of one: the same program and load (2 KB, 100 sessions,
# connections reused), relayed to one sink under one address and under so many in turn, one message each, round robin.
# Prints, per round, messages per second until the last one has left, and CPU per message of the relay and of the sink.
# Loads are bounded; everything it starts it ends by pid.
# usage: perf/destinations.sh [messages per round, default 60000] [rounds, default 5] [destinations, default 1000]
#   RELAY=PROGRAM LOAD=PROGRAM: measure these instead of building
set -euo pipefail
cd "$(dirname "$0")/.."
messages=${1:-60000} rounds=${2:-5} count=${3:-1000}
if [ -z "${RELAY:-}" ]; then
    dotnet publish src/Relay.Host -c Release -o perf/out/publish -v quiet --nologo
    dotnet publish perf/Relay.LoadGenerator -c Release -r linux-x64 --no-self-contained -p:PublishReadyToRun=true \
        -o perf/out/publish-load -v quiet --nologo
fi
program=${RELAY:-perf/out/publish/relay} load=${LOAD:-perf/out/publish-load/relay-load}
mkdir -p perf/out
work=$(mktemp -d perf/out/destinations.XXXXXX)
port=2799 live=2798
awk -v n="$count" -v p="$live" 'BEGIN {
    for (i = 0; i < n; i++) printf "d%d.example smtp:[127.1.%d.%d]:%d\n", i, i / 250, 1 + i % 250, p
}' > "$work/mailertable"
cat > "$work/relay.json" <<JSON
{
  "hostname": "relay.test",
  "listeners": [ { "endpoint": "127.0.0.1:$port" } ],
  "queue": { "directory": "$work/queue" },
  "smartHost": "smtp:[127.0.0.1]:9",
  "tables": { "directory": "$work" },
  "server": { "connectionsMax": 20000 },
  "admin": { "socket": "$work/admin.sock" },
  "access": { "acceptUnresolvableDomains": true }
}
JSON

relay= sink=
trap 'kill $relay $sink 2>/dev/null || true; wait; rm -rf "$work"' EXIT
ulimit -n "$(ulimit -Hn)"
queued() { "$program" queue summary --json --config "$work/relay.json" |
    python3 -c 'import json, sys; print(json.loads(sys.stdin.readline())["queued"])'; }
ticks() { awk '{ print $14 + $15 }' "/proc/$1/stat"; }
relayed() { # relayed DESTINATIONS N
    "$load" source "127.0.0.1:$port" -s 100 -d -l 2k -m "$2" -q -f 'a@relay.test' --destinations "$1" \
        -t 'user@d{d}.example'
    while [ "$(queued)" -gt 0 ]; do sleep 0.02; done
}
round() { # round DESTINATIONS: rate, CPU of the relay, CPU of the sink
    local begin used sunk
    used=$(ticks "$relay") sunk=$(ticks "$sink") begin=$EPOCHREALTIME
    relayed "$1" "$messages"
    awk -v a="$begin" -v b="$EPOCHREALTIME" -v n="$messages" -v u="$used" -v v="$(ticks "$relay")" -v s="$sunk" \
        -v t="$(ticks "$sink")" -v h="$(getconf CLK_TCK)" \
        'BEGIN { printf "%d %.1f %.1f", n / (b - a), (v - u) / h * 1000000 / n, (t - s) / h * 1000000 / n }'
}

"$load" sink "0.0.0.0:$live" > /dev/null 2>&1 &
sink=$!
"$program" serve --config "$work/relay.json" > "$work/log" 2>&1 &
relay=$!
until grep -q listening "$work/log"; do kill -0 "$relay"; sleep 0.02; done
relayed 1 "$messages" # warm, connections are up
relayed "$count" "$messages"
echo "| round | one: delivered/s, CPU µs of relay, sink | $count: delivered/s, CPU µs of relay, sink | rate | CPU |"
echo '| --- | --- | --- | --- | --- |'
for ((i = 1; i <= rounds; i++)); do
    read -r rate cpu sinkcpu <<< "$(round 1)"
    read -r many manycpu manysink <<< "$(round "$count")"
    awk -v i="$i" -v a="$rate" -v b="$cpu" -v e="$sinkcpu" -v c="$many" -v d="$manycpu" -v f="$manysink" \
        'BEGIN { printf "| %d | %d, %.1f, %.1f | %d, %.1f, %.1f | %.2f | %.2f |\n", i, a, b, e, c, d, f, c / a, d / b }'
done
