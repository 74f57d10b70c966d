#!/usr/bin/env bash
# Measures TLS: messages per second in clear, with TLS in, out and both, of the relay and of Debian's Postfix in the same
# run, with the same certificate, cipher suite, load tool, disk and machine; full and resumed handshakes per second; memory
# per TLS session. Prints Markdown. Everything it starts it ends by pid. Root only (Postfix), Debian only.
# usage: perf/tls.sh [messages, default 20000] [repetitions, default 3] [idle sessions, default 1000]
set -euo pipefail
cd "$(dirname "$0")/.."
messages=${1:-20000} repetitions=${2:-3} idle=${3:-1000}
sessions=20 port=2795 implicit=2796 sinkport=2797
tests/get-postfix-tools.sh artifacts/postfix
dotnet publish src/Relay.Host -c Release -o perf/out/publish -v quiet --nologo
dotnet publish perf/Relay.LoadGenerator -c Release -r linux-x64 --no-self-contained -p:PublishReadyToRun=true \
    -o perf/out/publish-load -v quiet --nologo
mkdir -p perf/out
work=$(mktemp -d "$PWD/perf/out/tls.XXXXXX")
chmod 755 "$work"
pids=() server=
cleanup() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
    wait || true
    rm -rf "$work"
}
trap cleanup EXIT
ulimit -n "$(ulimit -Hn)"

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost -keyout "$work/key.pem" -out "$work/cert.pem" 2>/dev/null
cat "$work/key.pem" "$work/cert.pem" > "$work/both.pem"
chmod 600 "$work"/*.pem

# Both take 2 KB messages on $port (STARTTLS) and $implicit (TLS at once) and send them to the sink on $sinkport.
start_relay() {
    cat > "$work/relay.json" <<JSON
{
  "hostname": "relay.test",
  "listeners": [ { "endpoint": "127.0.0.1:$port" }, { "endpoint": "127.0.0.1:$implicit", "modifiers": "s" } ],
  "queue": { "directory": "$work/queue" },
  "smartHost": "smtp:[localhost]:$sinkport",
  "access": { "acceptUnresolvableDomains": true, "resolveClients": false },
  "server": { "connectionsMax": 20000, "connectionsPerAddressMax": 20000 },
  "tls": { "certificates": [ "$work/both.pem" ] },
  "admin": { "socket": "$work/admin.sock" }
}
JSON
    perf/out/publish/relay serve --config "$work/relay.json" > "$work/relay.log" 2>&1 &
    server=$!
    until grep -q "listening on 127.0.0.1:$implicit" "$work/relay.log"; do kill -0 "$server"; sleep 0.05; done
}

start_postfix() {
    local root=$PWD/artifacts/postfix/root folder=$work/postfix owner
    owner=$(awk -F: '$1 ~ /^(postfix|irc|list|news|uucp)$/ { print $1; exit }' /etc/passwd)
    mkdir -p "$folder/data" "$folder/queue/pid"
    cat > "$folder/main.cf" <<CF
compatibility_level = 3.6
queue_directory = $folder/queue
data_directory = $folder/data
command_directory = $root/usr/sbin
daemon_directory = $root/usr/lib/postfix/sbin
shlib_directory = no
meta_directory = $folder
import_environment = MAIL_CONFIG=$folder LD_LIBRARY_PATH=$root/usr/lib/postfix TZ LANG=C
mail_owner = $owner
setgid_group = mail
default_privs = nobody
myhostname = postfix.test
mydestination =
alias_maps =
alias_database =
local_recipient_maps =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_client_connection_count_limit = 0
smtpd_peername_lookup = no
default_process_limit = $((idle + 200))
disable_dns_lookups = yes
smtp_host_lookup = native
relayhost = [localhost]:$sinkport
smtpd_tls_security_level = may
smtpd_tls_chain_files = $work/both.pem
smtp_tls_security_level = may
smtp_tls_connection_reuse = yes
maillog_file = $folder/maillog
maillog_file_prefixes = $folder
CF
    cat > "$folder/master.cf" <<CF
127.0.0.1:$port inet n - n - - smtpd
127.0.0.1:$implicit inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
tlsproxy unix - - n - 0 tlsproxy
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
CF
    for queue in active bounce corrupt defer deferred flush hold incoming private saved trace; do
        install -d -m 700 -o "$owner" "$folder/queue/$queue"
    done
    install -d -m 730 -o "$owner" -g mail "$folder/queue/maildrop" "$folder/queue/public"
    chown "$owner" "$folder/data"
    MAIL_CONFIG=$folder LD_LIBRARY_PATH=$root/usr/lib/postfix setsid "$root/usr/lib/postfix/sbin/master" \
        -c "$folder" -d > "$work/postfix.log" 2>&1 &
    server=$!
    until grep -qs "daemon started" "$folder/maillog"; do kill -0 "$server"; sleep 0.05; done
}

stop_server() {
    kill "$server"
    wait "$server" || true
    server=
    rm -rf "$work/queue" "$work/postfix"
}

run() { # run N IN OUT: messages per second from the first connection to the last message at the sink
    local sink=("$PWD/perf/out/publish-load/relay-load" tls-sink "127.0.0.1:$sinkport" -m "$1") begin end pid
    [ "$3" = clear ] || sink+=(--certificate "$work/both.pem")
    "${sink[@]}" > "$work/sink.out" &
    pid=$!
    pids+=("$pid")
    until (exec 3<>"/dev/tcp/127.0.0.1/$sinkport") 2>/dev/null; do sleep 0.05; done
    local source=(perf/out/publish-load/relay-load tls-source "127.0.0.1:$port" -s "$sessions" -m "$1" -l 2048)
    [ "$2" = tls ] || source+=(--clear)
    begin=$("${source[@]}")
    wait "$pid"
    end=$(cat "$work/sink.out")
    awk -v n="$1" -v a="$begin" -v b="$end" 'BEGIN { printf "%d\n", n / (b - a) }'
}

median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

handshakes() { # handshakes ARGUMENTS: per second of wall clock, one after the other on each of two connections
    local out=() pid one two
    openssl s_time -connect "127.0.0.1:$implicit" -time 5 "$@" > "$work/one" 2>&1 &
    pid=$!
    pids+=("$pid")
    openssl s_time -connect "127.0.0.1:$implicit" -time 5 "$@" > "$work/two" 2>&1 || true
    wait "$pid" || true
    cat "$work/one" "$work/two" | awk '/real seconds/ { n += $1; s = $4 } END { printf "%d", s ? n / s : 0 }'
}

handshakes13() { # handshakes13 new|resumed: the same of TLS 1.3, which s_time cannot resume; greeting and QUIT are in it
    local pid
    cat > "$work/handshakes.py" <<'PY'
import socket, ssl, sys, time
port, resume = int(sys.argv[1]), sys.argv[2] == "resumed"
context = ssl.create_default_context()
context.minimum_version = ssl.TLSVersion.TLSv1_3
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
session, count, begin = None, 0, time.monotonic()
while time.monotonic() < begin + 5:
    with socket.create_connection(("127.0.0.1", port)) as plain:
        with context.wrap_socket(plain, session=session if resume else None) as s:
            assert s.recv(512).startswith(b"220"), "no greeting"
            assert s.session_reused == (resume and count > 0), "full or resumed, but not as it should be"
            session = s.session
            s.sendall(b"QUIT\r\n")
            assert s.recv(512).startswith(b"221"), "no goodbye"
            count += 1
print(count / (time.monotonic() - begin))
PY
    python3 "$work/handshakes.py" "$implicit" "$1" > "$work/one" &
    pid=$!
    pids+=("$pid")
    python3 "$work/handshakes.py" "$implicit" "$1" > "$work/two"
    wait "$pid"
    cat "$work/one" "$work/two" | awk '{ n += $1 } END { printf "%d", n }'
}

resident() { # KB, shared pages split among those who share them
    local total=0 pid
    for pid in "$server" $(ps -o pid= -g "$(ps -o pgid= -p "$server" | tr -d ' ')" 2>/dev/null); do
        [ "$1" = postfix ] || [ "$pid" = "$server" ] || continue
        total=$((total + $(awk '/^Pss:/ { print $2 }' "/proc/$pid/smaps_rollup" 2>/dev/null || echo 0)))
    done
    echo "$total"
}

memory() { # memory SERVER: KB for each idle session after STARTTLS and EHLO
    local before after
    before=$(resident "$1")
    python3 - "$port" "$idle" "$work/held" <<'PY' &
import socket, ssl, sys, time
port, count, flag = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
context = ssl.create_default_context()
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
held = []
def say(s, line):
    s.sendall(line)
    data = b""
    while not (data.endswith(b"\r\n") and data.splitlines()[-1][3:4] == b" "):
        part = s.recv(4096)
        assert part, "closed"
        data += part
for _ in range(count):
    s = socket.create_connection(("127.0.0.1", port))
    say(s, b"")
    say(s, b"EHLO idle.example\r\n")
    say(s, b"STARTTLS\r\n")
    s = context.wrap_socket(s)
    say(s, b"EHLO idle.example\r\n")
    held.append(s)
time.sleep(2)
open(flag, "w").close()
while True:
    time.sleep(1)
PY
    local pid=$!
    pids+=("$pid")
    until [ -e "$work/held" ]; do kill -0 "$pid"; sleep 0.2; done
    after=$(resident "$1")
    kill "$pid"
    wait "$pid" 2>/dev/null || true
    rm -f "$work/held"
    awk -v a="$before" -v b="$after" -v n="$idle" 'BEGIN { printf "%.1f", (b - a) / n }'
}

declare -A rate full12 resumed12 full13 new13 resumed13 held
for name in relay postfix; do
    "start_$name"
    run 2000 tls tls > /dev/null # warm
    for cell in "clear clear" "tls clear" "clear tls" "tls tls"; do
        read -r in out <<< "$cell"
        rate[$name,$in,$out]=$(for _ in $(seq "$repetitions"); do run "$messages" "$in" "$out"; done | median)
    done
    full13[$name]=$(handshakes -new -tls1_3)
    full12[$name]=$(handshakes -new -tls1_2)
    resumed12[$name]=$(handshakes -reuse -tls1_2)
    new13[$name]=$(handshakes13 new)
    resumed13[$name]=$(handshakes13 resumed)
    stop_server
    "start_$name"
    run 2000 tls clear > /dev/null
    held[$name]=$(memory "$name")
    stop_server
done

times() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.1f", b ? a / b : 0 }'; }
row() { echo "| $1 | $2 | $3 | $(times "$2" "$3") |"; }
cat <<TABLE
2 KB messages, $sessions connections, each used for all its messages; $messages messages, median of $repetitions; TLS 1.3,
TLS_AES_256_GCM_SHA384, ECDSA P-256; $(nproc) processors; handshakes by two clients (openssl s_time; Python's ssl where it
says so, with greeting and QUIT), each the whole connection.

| what | relay | Postfix | × |
| --- | --- | --- | --- |
$(row "messages/s, clear" "${rate[relay,clear,clear]}" "${rate[postfix,clear,clear]}")
$(row "messages/s, TLS in" "${rate[relay,tls,clear]}" "${rate[postfix,tls,clear]}")
$(row "messages/s, TLS out" "${rate[relay,clear,tls]}" "${rate[postfix,clear,tls]}")
$(row "messages/s, TLS in and out" "${rate[relay,tls,tls]}" "${rate[postfix,tls,tls]}")
$(row "full handshakes/s, TLS 1.3" "${full13[relay]}" "${full13[postfix]}")
$(row "full handshakes/s, TLS 1.2" "${full12[relay]}" "${full12[postfix]}")
$(row "resumed handshakes/s, TLS 1.2" "${resumed12[relay]}" "${resumed12[postfix]}")
$(row "full handshakes/s, TLS 1.3, Python" "${new13[relay]}" "${new13[postfix]}")
$(row "resumed handshakes/s, TLS 1.3, Python" "${resumed13[relay]}" "${resumed13[postfix]}")
| KB per idle TLS session ($idle) | ${held[relay]} | ${held[postfix]} | |
TABLE
