#!/usr/bin/env bash
# Passes all tests: installs the Debian packages that they use (as root; without root the tests that need a missing
# tool skip and say why), builds, runs every test project and adds up. The last line reads "N passed, N failed, N skipped".
# usage: tests/run.sh [--no-install] [--configuration Debug|Release] [project-name ...]
set -uo pipefail
cd "$(dirname "$0")/.."

configuration=Release
install=yes
projects=()
while [ $# -gt 0 ]; do
  case "$1" in
    --no-install) install=no ;;
    --configuration) configuration=$2; shift ;;
    -h|--help) sed -n '2,5p' "$0"; exit 0 ;;
    -*) echo "tests/run.sh: unknown option $1 (see --help)" >&2; exit 64 ;;
    *) projects+=("$1") ;;
  esac
  shift
done

# Real clients, servers and tracers. postfix and the name servers are never installed: the user's own must survive and
# nothing may start as a service, so they are unpacked under artifacts/ instead.
tools="swaks:swaks curl:curl msmtp:msmtp strace:strace openssl:openssl python3:python3 make:make m4:m4"
tools="$tools chromium:chromium groff-base:groff"
missing=()
for entry in $tools; do
  command -v "${entry#*:}" >/dev/null 2>&1 || missing+=("${entry%%:*}")
done
# swaks speaks TLS with this module only
perl -MNet::SSLeay -e 1 2>/dev/null || missing+=(libnet-ssleay-perl)
if [ ${#missing[@]} -gt 0 ]; then
  if [ "$install" = yes ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "installing from Debian: ${missing[*]}"
    { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"; } \
      >/tmp/relay-tests-apt.$$ 2>&1 || { tail -n 5 /tmp/relay-tests-apt.$$ >&2; echo "(some tools could not be installed)" >&2; }
    rm -f /tmp/relay-tests-apt.$$
  else
    echo "not installed (needs root and Debian): ${missing[*]}; the tests that use them skip"
  fi
fi
tests/get-postfix-tools.sh artifacts/postfix || echo "postfix's smtp-source and smtp-sink are not there; their tests skip"
tests/get-dns-servers.sh artifacts/dns || echo "nsd, unbound and dnsmasq are not all there; their tests skip"
tests/get-mail-servers.sh artifacts/mail || echo "dovecot, postfix and haproxy are not there; the tests that use them skip"
tests/get-monitoring-tools.sh artifacts/monitoring \
  || echo "logwatch, logrotate, fail2ban and prometheus are not all there; their tests skip"
tests/get-commands.sh artifacts/commands || echo "mail, telnet, nc and netstat are not all there; their tests skip"
tests/get-sendmail.sh artifacts/sendmail || echo "sendmail is not there; the tests that ask it skip"

dotnet build Relay.Fast.sln -c "$configuration" -v quiet --nologo -clp:ErrorsOnly || { echo "0 passed, 1 failed"; exit 1; }

passed=0 failed=0 skipped=0
[ ${#projects[@]} -gt 0 ] || for p in tests/*.Tests; do projects+=("$(basename "$p")"); done
for name in "${projects[@]}"; do
  program=tests/$name/bin/$configuration/net10.0/$name
  log=$(mktemp)
  printf '== %s\n' "$name"
  timeout 1800 "$program" --no-progress --output normal >"$log" 2>&1
  status=$?
  number() { grep -aoE "^ *$1: +[0-9]+" "$log" | tail -n 1 | grep -oE '[0-9]+$' || echo 0; }
  ok=$(number succeeded); bad=$(number failed); skip=$(number skipped)
  if [ "$status" = 8 ] && [ "$ok" = 0 ] && [ "$bad" = 0 ]; then
    status=0 # the runner's word for "no tests here"
  fi
  if [ "$status" != 0 ] || [ "$bad" != 0 ]; then
    cat "$log"
    [ "$bad" != 0 ] || bad=1
  else
    grep -aE '^ *(skipped|SKIP)|\[SKIP\]' "$log" | head -n 40
  fi
  printf '   %s passed, %s failed, %s skipped\n' "$ok" "$bad" "$skip"
  passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + skip))
  rm -f "$log"
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
