#!/usr/bin/env bash
# What Sendmail's tables and gates cost: the same program without any and with all that a message can pass, in turn, on
# one load (2 KB, 100 sessions, connections reused, relayed to a sink). Prints, per round, messages per second until the
# last one has left and CPU per message of the relay. Loads are bounded; everything it starts it ends by pid.
# usage: perf/gates.sh [messages per round, default 60000] [rounds, default 5] [entries of each table, default 100000]
set -euo pipefail
cd "$(dirname "$0")/.."
messages=${1:-60000} rounds=${2:-5} entries=${3:-100000}
publish=${RELAY_GATES_PUBLISH:-1}
unset RELAY_GATES_PUBLISH # not an option of the relay, which refuses what it does not know
if [[ $publish == 1 ]]; then
    dotnet publish src/Relay.Host -c Release -o perf/out/publish -v quiet --nologo
    dotnet publish perf/Relay.LoadGenerator -c Release -r linux-x64 --no-self-contained -p:PublishReadyToRun=true \
        -o perf/out/publish-load -v quiet --nologo
fi
work=$(mktemp -d perf/out/gates.XXXXXX)
port=2799 live=2798
mkdir "$work/none" "$work/all"
echo "live.example smtp:[127.0.0.1]:$live" > "$work/none/mailertable"
cp "$work/none/mailertable" "$work/all/mailertable"
echo live.example > "$work/all/relay-domains"
awk -v n="$entries" 'BEGIN { for (i = 0; i < n; i++) print "From:spam" i ".example REJECT" }' > "$work/all/access"
cat >> "$work/all/access" <<'TABLE'
To:blocked@live.example REJECT
Connect:192.0.2 REJECT
GreetPause:192.0.2 5000
ClientRate: 1000000
ClientConn: 100000
TABLE
awk -v n="$entries" 'BEGIN { for (i = 0; i < n; i++) print "user" i "@virtual.example a" i "@far.example" }' \
    > "$work/all/virtusertable"
echo "old.example new.example" > "$work/all/domaintable"

configure() { # configure NAME OPTIONS: writes relay.json; the sender is at our own name, so that no DNS is needed
    cat > "$work/$1.json" <<JSON
{
  "hostname": "relay.test",
  "listeners": [ { "endpoint": "127.0.0.1:$port" } ],
  "queue": { "directory": "$work/queue" },
  "smartHost": "smtp:[127.0.0.1]:9",
  "tables": { "directory": "$work/$1" },
  "server": { "connectionsMax": 20000 $2 },
  "admin": { "socket": "$work/admin.sock" },
  "access": { $3 }
}
JSON
}
configure none '' '"acceptUnresolvableDomains": true'
configure all ', "badRecipientThrottle": 1, "refuseLoad": 1000, "delayLoad": 1000' \
    '"blocklistRecipients": true, "requireRdns": true, "delayChecks": "on"'

relay= sink=
trap 'kill $relay $sink 2>/dev/null || true; wait; rm -rf "$work"' EXIT
ulimit -n "$(ulimit -Hn)"
queued() { perf/out/publish/relay queue summary --json --config "$work/$1.json" |
    python3 -c 'import json, sys; print(json.loads(sys.stdin.readline())["queued"])'; }
ticks() { awk '{ print $14 + $15 }' "/proc/$relay/stat"; }
relayed() { # relayed NAME N
    perf/out/publish-load/relay-load source "127.0.0.1:$port" -s 100 -d -l 2k -m "$2" -q -f 'a@relay.test' \
        -t 'user{r}@live.example'
    while [ "$(queued "$1")" -gt 0 ]; do sleep 0.02; done
}
round() { # round NAME: rate and CPU
    local begin used
    rm -rf "$work/queue"
    perf/out/publish/relay serve --config "$work/$1.json" > "$work/log" 2>&1 &
    relay=$!
    until grep -q listening "$work/log"; do
        kill -0 "$relay" 2> /dev/null || { cat "$work/log" >&2; return 1; }
        sleep 0.02
    done
    relayed "$1" 100000 # until the code is compiled for good: gates have more of it
    used=$(ticks) begin=$EPOCHREALTIME
    relayed "$1" "$messages"
    awk -v a="$begin" -v b="$EPOCHREALTIME" -v n="$messages" -v u="$used" -v v="$(ticks)" -v h="$(getconf CLK_TCK)" \
        'BEGIN { printf "%d %.1f", n / (b - a), (v - u) / h * 1000000 / n }'
    kill "$relay"; wait "$relay" || true; relay=
}

perf/out/publish-load/relay-load sink "127.0.0.1:$live" > /dev/null 2>&1 &
sink=$!
echo '| round | none: delivered/s, CPU µs | all: delivered/s, CPU µs | rate | CPU |'
echo '| --- | --- | --- | --- | --- |'
for ((i = 1; i <= rounds; i++)); do
    none=$(round none) all=$(round all)
    read -r rate cpu <<< "$none"
    read -r gated gatedcpu <<< "$all"
    awk -v i="$i" -v a="$rate" -v b="$cpu" -v c="$gated" -v d="$gatedcpu" \
        'BEGIN { printf "| %d | %d, %.1f | %d, %.1f | %.2f | %.2f |\n", i, a, b, c, d, c / a, d / b }'
done
