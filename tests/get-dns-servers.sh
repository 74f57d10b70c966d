#!/usr/bin/env bash
# Unpacks Debian's nsd, unbound and dnsmasq (never installs them: nothing is to start as a service or to change how this
# machine resolves names) so that tests can run them from a folder.
# usage: get-dns-servers.sh DIRECTORY; afterwards DIRECTORY/nsd, DIRECTORY/unbound and DIRECTORY/dnsmasq are to be run.
set -euo pipefail
target=${1:?usage: get-dns-servers.sh DIRECTORY}
[ -x "$target/nsd" ] && [ -x "$target/unbound" ] && [ -x "$target/dnsmasq" ] && exit 0
mkdir -p "$target/packages" "$target/root"
target=$(cd "$target" && pwd)
chmod 777 "$target/packages" 2>/dev/null || true # apt's download user
(
  cd "$target/packages"
  apt-get download nsd unbound dnsmasq-base >/dev/null 2>&1 \
    || { apt-get update >/dev/null 2>&1; apt-get download nsd unbound dnsmasq-base >/dev/null 2>&1; }
  # libraries that they need and the system may lack
  for library in libevent-2.1-7 libfstrm0 libprotobuf-c1 libpython3.11 libnghttp2-14 libhogweed6 libnettle8 libgmp10 \
    libidn2-0 libdbus-1-3 libnetfilter-conntrack3 libnfnetlink0 libnftables1 libnftnl11 libmnl0 libjansson4 libxtables12; do
    dpkg -s "$library" >/dev/null 2>&1 || apt-get download "$library" >/dev/null 2>&1 || true
  done
  for package in *.deb; do dpkg -x "$package" "$target/root"; done
)
triplet=$(dpkg-architecture -qDEB_HOST_MULTIARCH 2>/dev/null || echo "$(uname -m)-linux-gnu")
libraries=$target/root/usr/lib/$triplet:$target/root/lib/$triplet
for server in nsd unbound dnsmasq; do
  program=$target/root/usr/sbin/$server
  [ -x "$program" ] || { echo "$server could not be unpacked" >&2; continue; }
  printf '#!/bin/sh\nLD_LIBRARY_PATH=%s exec %s "$@"\n' "$libraries" "$program" >"$target/$server"
  chmod 755 "$target/$server"
done
[ -x "$target/nsd" ] && [ -x "$target/unbound" ] && [ -x "$target/dnsmasq" ]
