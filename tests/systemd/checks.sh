#!/usr/bin/env bash
# The service under a running systemd: what the unit, tmpfiles, sysusers, logrotate and install.sh promise, looked at
# from outside of the program. Run by run.sh in the machine that it has booted; FOLDER has the repository's install.sh,
# packaging, docs and README.md, and the published program below program/.
# usage: checks.sh FOLDER
set -u
folder=$1
here=$(cd "$(dirname "$0")" && pwd)
passed=0 failed=0
work=$(mktemp -d)
cd /

# check NAME COMMAND...: the command's success is the check's.
check() {
  local name=$1
  shift
  if "$@" >"$work/out" 2>&1; then
    passed=$((passed + 1))
    echo "ok    $name"
  else
    failed=$((failed + 1))
    echo "FAIL  $name"
    sed 's/^/        /' "$work/out" | tail -n 12
  fi
}
not() { ! "$@"; }
# within SECONDS COMMAND...: until it succeeds.
within() {
  local end=$((SECONDS + $1))
  shift
  until "$@" >"$work/last" 2>&1; do
    [ $SECONDS -lt $end ] || { cat "$work/last"; echo "not within the time: $*"; return 1; }
    sleep 0.1
  done
}
is() { [ "$1" = "$2" ] || { echo "found: $1"; echo "expected: $2"; return 1; }; }
has() { case "$1" in *"$2"*) ;; *) echo "found: $1"; echo "expected in it: $2"; return 1 ;; esac; }
show() { systemctl show -P "$1" relay.service; }
pid() { show MainPID; }
state_is() { is "$(show ActiveState)/$(show SubState)" "$1"; }
is_ready() { state_is active/running && has "$(show StatusText)" "taking mail"; }
journal() { journalctl -u relay --no-pager -o cat; }
journal_has() { has "$(journal)" "$1"; }
status_of() { sed -n "s/^$1:[[:space:]]*//p" "/proc/$(pid)/status"; }
# In the service's own mounts, as its user with no more than it has.
inside() {
  nsenter --target "$(pid)" --mount \
    setpriv --reuid=relay --regid=relay --clear-groups --no-new-privs --bounding-set=-all sh -c "$1"
}
as_user() { setpriv --reuid=alice --regid=alice --init-groups env HOME=/tmp USER=alice "$@"; }
listens() { ss -Hltn "sport = :$1" | grep -q .; }
replies() { # replies PORT LINE...: what a client hears that says the lines one after the other
  local port=$1 line reply
  shift
  exec 3<>"/dev/tcp/127.0.0.1/$port" || return 1
  hear() {
    while read -r -t 20 reply <&3; do
      echo "$reply"
      case "$reply" in ???-*) ;; *) return ;; esac
    done
    return 1
  }
  hear
  for line in "$@"; do
    printf '%b\r\n' "$line" >&3
    hear
  done
  exec 3>&-
}
delivered() { cat "$work/mail/"* 2>/dev/null | grep -qF "$1"; }
restarted() { [ "$(pid)" != "$1" ] && [ "$(pid)" != 0 ] && is_ready; }
is_stopped_well() { is "$(show ActiveState)/$(show Result)/$(show ExecMainStatus)" inactive/success/0; }
has_queued() { has "$(mailq 2>&1)" "Total requests: $1"; }
configure() { # configure LISTENERS LOG
  cat >/etc/relay/relay.json <<JSON
{
  "hostname": "mail.example.org",
  "postmaster": "admin@example.org",
  "listeners": [ $1 ],
  "smartHost": "smtp:[127.0.0.1]:2600",
  "queue": { "directory": "/var/spool/relay/queue" },
  "tables": { "directory": "/etc/relay/tables" },
  "admin": { "socket": "/run/relay/admin.sock" },
  "submission": { "socket": "/run/relay/submission.sock", "queueSocket": "/run/relay/mailq.sock",
    "dropFolder": "/var/spool/relay/drop" },
  "pidFile": "/run/relay/sendmail.pid",
  "log": { "format": "sendmail", "output": "$2" }
}
JSON
}
any='{ "endpoint": "0.0.0.0:25", "name": "MTA" }' second='{ "endpoint": "127.0.0.1:2526", "name": "second" }'
maillog=/var/log/relay/maillog

id alice >/dev/null 2>&1 || useradd --create-home alice
start_hop() {
  setsid python3 "$here/next-hop.py" 2600 "$work/mail" &
  hop=$!
}
end_hop() {
  kill -9 -- "-$hop"
  wait "$hop" 2>/dev/null
}
mkdir "$work/mail"
start_hop
reply=
trap '' PIPE
trap 'end_hop; rm -rf "$work"' EXIT

echo "== sysusers, install.sh"
install -D -m 644 "$folder/packaging/sysusers/relay.conf" "$work/relay.conf"
check "sysusers makes the user" systemd-sysusers "$work/relay.conf"
check "who has no shell" has "$(getent passwd relay)" ":/var/spool/relay:/usr/sbin/nologin"
userdel relay
check "install.sh installs" "$folder/install.sh" --from "$folder/program"
check "the user of install.sh is a system's" test "$(id -u relay)" -lt 1000
check "systemd knows the unit, and starts nothing" \
  is "$(systemctl is-enabled relay.service) $(systemctl is-active relay.service)" "disabled inactive"
check "its name is the machine's, in full" has "$(relay check)" "name      mail.example.org"
check "systemd finds nothing wrong with the units" \
  is "$(systemd-analyze verify relay.service relay.socket 2>&1 | grep relay)" ""
check "tmpfiles made the folders" \
  is "$(cd /var && stat -c '%a %U %n' log/relay spool/relay spool/relay/queue spool/relay/drop | tr '\n' ' ')" \
  "750 relay log/relay 755 relay spool/relay 700 relay spool/relay/queue 3733 relay spool/relay/drop "

echo "== start"
configure "$any" "$maillog"
check "relay check" relay check
check "enable --now returns when the relay is ready" systemctl enable --now relay
check "active, with its status in words" is_ready
is_ready >/dev/null || { echo "the relay does not run: the rest says nothing"; exit 1; }
check "systemctl status shows it" has "$(systemctl status relay --no-pager)" 'Status: "taking mail"'
check "port 25 listens" listens 25
check "the journal has the start" journal_has "Relay.Fast is running."
check "the journal's words are a service's" not journal_has "Ctrl-C"

echo "== privileges"
user=$(id -u relay)
check "runs as relay, its groups too" \
  is "$(status_of Uid | tr '\t' ' ') $(status_of Groups)" "$user $user $user $user $(id -g relay) "
check "capabilities: net_bind_service alone" \
  is "$(status_of CapPrm) $(status_of CapEff) $(status_of CapBnd) $(status_of CapAmb)" \
  "0000000000000400 0000000000000400 0000000000000400 0000000000000400"
check "no new privileges" is "$(status_of NoNewPrivs)" 1
check "system calls are filtered" is "$(status_of Seccomp)" 2
check "/usr is read-only" has "$(inside 'touch /usr/local/lib/relay/x' 2>&1)" "Read-only file system"
check "/etc/relay is read-only" has "$(inside 'touch /etc/relay/x' 2>&1)" "Read-only file system"
check "/var elsewhere is read-only" has "$(inside 'touch /var/tmp/../cache/x' 2>&1)" "Read-only file system"
check "its own folders are writable" \
  inside 'for each in /var/spool/relay/queue /var/log/relay /run/relay; do touch $each/x && rm $each/x || exit; done'
touch /tmp/of-others /home/alice/secret
check "/tmp is its own" is "$(inside 'ls /tmp/of-others 2>/dev/null; echo $?')" 2
check "/home is shut" is "$(inside 'ls -A /home/ 2>/dev/null; echo $?')" 2
check "devices are few" is "$(inside 'ls /dev/kmsg /dev/fuse /dev/mem /dev/kvm 2>/dev/null; echo $?')" 2
check "other users' processes are hidden" is "$(inside 'ls -d /proc/1 2>/dev/null; echo $?')" 2
check "systemd's own verdict" has "$(systemd-analyze security relay --no-pager | tail -1)" "1.7 OK"

echo "== submission and delivery"
as_user sendmail -t <<<$'To: one@example.net\nSubject: first\n\nfrom alice' >"$work/sent" 2>&1
check "sendmail -t by an ordinary user" is "$?$(cat "$work/sent")" 0
check "it arrives at the next hop" within 20 delivered "from alice"
check "and says who sent it" has "$(cat "$work"/mail/*)" "alice@localhost"
check "no warning about the user" not delivered "X-Authentication-Warning"
check "mailq by an ordinary user" has "$(as_user mailq 2>&1)" "Total requests: 0"
check "relay queue is not for them" not as_user relay queue list
check "SMTP on port 25" has "$(replies 25 'HELO client.example.org' 'MAIL FROM:<alice@mail.example.org>' \
  'RCPT TO:<b@example.net>' DATA 'by port 25\r\n.' QUIT)" "250 2.0.0"
check "arrives too" within 20 delivered "by port 25"

echo "== reload"
configure "$any, $second" "$maillog"
main=$(pid)
check "systemctl reload" systemctl reload relay
check "the new listener listens" within 20 listens 2526
check "it is ready again" within 20 is_ready
configure "$any" "$maillog"
systemctl reload relay
check "a listener taken away does not" within 20 not listens 2526
echo '{ "listeners": 7 }' >/etc/relay/relay.json
systemctl reload relay
check "a mistake is in the log" within 20 grep -q 'relay.json:1.*listeners' "$maillog"
check "and changes nothing" listens 25
check "the status says that it is ready" within 20 is_ready
check "all in the same process" is "$(pid)" "$main"
configure "$any" "$maillog"
systemctl reload relay

echo "== logrotate"
check "logrotate takes the file" logrotate --force /etc/logrotate.d/relay
as_user sendmail two@example.net <<<"after rotation"
check "new lines go to a new file" within 20 grep -q 'to=<two@example.net>' "$maillog"
check "the old one is kept" test -s "$maillog.1"
check "no line is in both or lost" is "$(cat "$maillog.1" "$maillog" | grep -c 'from=<')" 3
check "whose the new file is" is "$(stat -c '%U %a' "$maillog")" "relay 640"
check "logrotate complains of nothing" is "$(logrotate --force /etc/logrotate.d/relay 2>&1)" ""
check "the rotation that Debian's timer makes" systemctl start logrotate.service

echo "== syslog"
configure "$any" syslog
check "restart" systemctl restart relay
as_user sendmail three@example.net <<<"to syslog"
check "rsyslog has the line in mail.log" \
  within 20 grep -q 'sendmail\[[0-9]*\]: .*to=<three@example.net>.*stat=Sent' /var/log/mail.log
configure "$any" "$maillog"
systemctl restart relay

echo "== stop"
exec 4<>/dev/tcp/127.0.0.1/25
say() { printf '%b\r\n' "$1" >&4; read -r -t 20 reply <&4; }
read -r -t 20 reply <&4
say 'HELO client.example.org'; say 'MAIL FROM:<alice@mail.example.org>'; say 'RCPT TO:<drain@example.net>'; say DATA
systemctl --no-block stop relay
check "a stop closes the port" within 20 not listens 25
check "and waits for the transaction" has "$(show ActiveState)" deactivating
say 'in the stop\r\n.'
check "which is acknowledged" has "$reply" "250 2.0.0"
read -r -t 20 reply <&4
check "then the session hears 421" has "$reply" "421 4.3.2"
exec 4>&-
check "the service ends well" within 40 is_stopped_well
as_user sendmail -t <<<$'To: four@example.net\nSubject: dropped\n\nwhile down' >"$work/sent" 2>&1
check "sendmail while it is down" is "$?" 0
check "the dropped mail is hers" is "$(stat -c %U /var/spool/relay/drop/*)" alice
check "users do not list the folder" has "$(as_user ls /var/spool/relay/drop 2>&1)" "Permission denied"
check "mailq -Ac has it" has "$(mailq -Ac 2>&1)" "Total requests: 1"
systemctl start relay
check "the next start takes it up" within 20 delivered "while down"
check "and what was acknowledged in the stop arrives" within 20 delivered "in the stop"

echo "== watchdog and crash"
end_hop
as_user sendmail five@example.net <<<"survives"
check "mail waits while the next hop is away" within 20 has_queued 1
mkdir -p /run/systemd/system/relay.service.d
printf '[Service]\nWatchdogSec=4s\n' >/run/systemd/system/relay.service.d/watchdog.conf
systemctl daemon-reload
systemctl restart relay
main=$(pid)
sleep 6
check "a healthy relay feeds the watchdog" is "$(pid) $(show NRestarts)" "$main 0"
kill -STOP "$main"
check "one that hangs is killed and started again" within 60 restarted "$main"
check "for that reason" journal_has "Watchdog timeout"
main=$(pid)
kill -KILL "$main"
check "so is one that was killed" within 60 restarted "$main"
check "the queue has its mail" has_queued 1
start_hop
relay queue flush >/dev/null
check "which arrives" within 30 delivered survives
check "once" is "$(cat "$work"/mail/* | grep -c '^survives')" 1
rm -r /run/systemd/system/relay.service.d
systemctl daemon-reload

echo "== a wrong configuration"
echo '{ "listeners": 7 }' >/etc/relay/relay.json
check "does not start" not systemctl restart relay
check "is not tried again and again" \
  is "$(sleep 3; show ActiveState) $(show NRestarts) $(show ExecMainStatus)" "failed 0 78"
check "and the journal says why" journal_has 'relay.json:1'
configure "$any" "$maillog"
systemctl reset-failed relay

echo "== relay.socket"
systemctl disable --quiet relay
mkdir -p /run/systemd/system/relay.service.d
printf '[Service]\nAmbientCapabilities=\nCapabilityBoundingSet=\n' >/run/systemd/system/relay.service.d/none.conf
systemctl daemon-reload
check "systemd listens" systemctl enable --now relay.socket
check "and the relay does not run" state_is inactive/dead
check "the first client starts it" has "$(replies 25 QUIT)" "221"
check "without any capability" is "$(status_of CapEff)" 0000000000000000
check "a restart" systemctl --no-block restart relay
check "refuses no connection" has "$(replies 25 QUIT)" "221"
check "a stop of both" systemctl stop relay.socket relay.service
check "frees the port" not listens 25
rm -r /run/systemd/system/relay.service.d
systemctl daemon-reload

echo "== again, and away"
systemctl disable --quiet relay.socket
systemctl start relay
check "install.sh over a running relay" \
  has "$("$folder/install.sh" --from "$folder/program" 2>&1)" "systemctl restart relay"
check "which runs on" is_ready
check "restarts with the new one" systemctl restart relay
check "--uninstall" "$folder/install.sh" --uninstall
check "stops it" not listens 25
check "and takes the unit away" is "$(systemctl show -P LoadState relay.service)" not-found
check "the configuration stays" test -s /etc/relay/relay.json

echo "$(systemctl --version | head -n 1), $(logrotate --version 2>&1 | head -n 1)," \
  "$(rsyslogd -v | head -n 1 | cut -d' ' -f1,3), kernel $(uname -r)"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
