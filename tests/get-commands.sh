#!/usr/bin/env bash
# Unpacks Debian's mail, telnet, nc and netstat, which the how-tos type (never installs them: mail would bring a mail server
# and its settings), so that tests can run them from a folder.
# usage: get-commands.sh DIRECTORY; afterwards DIRECTORY/mail, DIRECTORY/telnet, DIRECTORY/nc, DIRECTORY/netstat are to be run.
set -euo pipefail
target=${1:?usage: get-commands.sh DIRECTORY}
programs="mail telnet nc netstat"
complete() { for program in $programs; do [ -x "$target/$program" ] || return 1; done; }
complete && exit 0
mkdir -p "$target/packages" "$target/root"
target=$(cd "$target" && pwd)
root=$target/root
chmod 777 "$target/packages" 2>/dev/null || true # apt's download user
(
  cd "$target/packages"
  packages="bsd-mailx liblockfile1 libbsd0 libmd0 inetutils-telnet netcat-openbsd net-tools"
  # shellcheck disable=SC2086
  apt-get download $packages >/dev/null 2>&1 \
    || { apt-get update >/dev/null 2>&1; apt-get download $packages >/dev/null 2>&1; }
  for package in *.deb; do dpkg -x "$package" "$root"; done
)
libraries=$root/usr/lib/$(uname -m)-linux-gnu:$root/lib/$(uname -m)-linux-gnu
write() {
  [ -x "$root/$2" ] || return 1
  printf '#!/bin/sh\nLD_LIBRARY_PATH=%s exec %s "$@"\n' "$libraries" "$root/$2" >"$target/$1"
  chmod 755 "$target/$1"
}
write mail usr/bin/bsd-mailx
write telnet "$(cd "$root" && find usr/bin -name '*telnet' -type f | head -n 1)"
write nc bin/nc.openbsd || write nc usr/bin/nc.openbsd
write netstat bin/netstat || write netstat usr/bin/netstat
complete
