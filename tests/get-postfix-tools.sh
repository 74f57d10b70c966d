#!/usr/bin/env bash
# Unpacks Debian's postfix package (never installs it) so that smtp-source and smtp-sink can be run from a folder.
# usage: get-postfix-tools.sh DIRECTORY; afterwards DIRECTORY/smtp-source and DIRECTORY/smtp-sink are wrappers to run.
set -euo pipefail
target=${1:?usage: get-postfix-tools.sh DIRECTORY}
[ -x "$target/smtp-sink" ] && [ -x "$target/smtp-source" ] && exit 0
mkdir -p "$target/packages" "$target/root"
target=$(cd "$target" && pwd)
work=$target/packages
chmod 777 "$work" 2>/dev/null || true # apt's download user
(
  cd "$work"
  if ! ls postfix_*.deb >/dev/null 2>&1; then
    apt-get download postfix >/dev/null 2>&1 || { apt-get update >/dev/null 2>&1; apt-get download postfix >/dev/null 2>&1; }
  fi
  # libraries that the tools need and the system may lack
  for library in libicu72 libdb5.3 libnsl2 libtirpc3; do
    dpkg -s "$library" >/dev/null 2>&1 || apt-get download "$library" >/dev/null 2>&1 || true
  done
  for package in *.deb; do dpkg -x "$package" "$target/root"; done
)
libraries=$target/root/usr/lib/postfix:$target/root/usr/lib/x86_64-linux-gnu:$target/root/lib/x86_64-linux-gnu
for tool in smtp-source smtp-sink; do
  program=$(find "$target/root" -name "$tool" -type f | head -n 1)
  printf '#!/bin/sh\nLD_LIBRARY_PATH=%s exec %s "$@"\n' "$libraries" "$program" >"$target/$tool"
  chmod 755 "$target/$tool"
done
"$target/smtp-source" -h >/dev/null 2>&1 || true
