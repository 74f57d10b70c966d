#!/usr/bin/env bash
# Boots Debian's systemd in namespaces of its own (network: loopback alone), installs the relay there with install.sh
# and runs checks.sh: unit, watchdog, reload, stop, hardening, tmpfiles, sysusers, logrotate, syslog, sockets, submission.
# Takes a minute, and the first time what debootstrap takes. Not part of tests/run.sh: it needs root, debootstrap and a
# mirror of Debian's. Nothing of this machine is changed. Exit 77: it cannot run here.
# usage: tests/systemd/run.sh [--program FOLDER] [--root FOLDER]
#   --program   the published program, self-contained; else it is built
#   --root      the root with systemd, made there if it is not (default artifacts/systemd/bookworm)
set -euo pipefail
cd "$(dirname "$0")/../.."
program= root=artifacts/systemd/bookworm
while [ $# -gt 0 ]; do
  case "$1" in
    --program) program=$(realpath "$2"); shift 2 ;;
    --root) root=$2; shift 2 ;;
    *) sed -n '2,8p' "$0"; exit 64 ;;
  esac
done
cannot() { echo "tests/systemd/run.sh: $*" >&2; exit 77; }
[ "$(id -u)" = 0 ] || cannot "namespaces and a root of its own need root"
for tool in debootstrap unshare nsenter findmnt ip; do
  command -v $tool >/dev/null || cannot "$tool is not installed"
done
cgroups=$(findmnt -n -t cgroup2 -o TARGET | head -n 1)
[ -n "$cgroups" ] || cannot "no cgroup2 is mounted here, which systemd needs"

if [ ! -e "$root/lib/systemd/systemd" ]; then
  mkdir -p "$root"
  echo "making a root of Debian bookworm in $root"
  packages=systemd,systemd-sysv,dbus,libicu72,logrotate,rsyslog,cron,iproute2,procps,sudo,curl,python3,man-db
  debootstrap --variant=minbase --include=$packages bookworm "$root" >"$root.log" 2>&1 \
    || { tail -n 5 "$root.log" >&2; rm -rf "$root"; cannot "debootstrap failed"; }
fi
root=$(realpath "$root")

work=$(mktemp -d)
group=$cgroups/relay-tests-$$
machine=
end() {
  if [ -n "$machine" ]; then
    kill -KILL "$machine" 2>/dev/null || true # takes init, its namespaces and their mounts along
    wait "$machine" 2>/dev/null || true
  fi
  for _ in $(seq 50); do
    [ ! -d "$group" ] || find "$group" -depth -type d -exec rmdir {} + 2>/dev/null || { sleep 0.1; continue; }
    break
  done
  rm -rf "$work"
}
trap end EXIT
mkdir "$work/layers" "$work/share"
cp -R install.sh README.md packaging docs tests/systemd "$work/share/"
if [ -z "$program" ]; then
  ./install.sh --destdir "$work/built" --prefix /usr/local --no-service --links none --self-contained >/dev/null
  program=$work/built/usr/local/lib/relay
fi
cp -R "$program" "$work/share/program"

mkdir "$group"
(
  echo "$BASHPID" >"$group/cgroup.procs"
  exec unshare --mount --pid --fork --kill-child --net --ipc --uts --cgroup --propagation private \
    tests/systemd/boot.sh "$root" "$work/layers" "$work/share"
) >"$work/console" 2>&1 &
machine=$!
inside() {
  nsenter --target "$init" --mount --pid --net --ipc --uts --cgroup --root \
    /usr/bin/env -i HOME=/root TERM=dumb LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"
}
state=
for _ in $(seq 300); do
  init=$(pgrep -P "$machine" || true)
  [ -z "$init" ] || state=$(inside systemctl is-system-running 2>/dev/null || true)
  case "$state" in running|degraded) break ;; esac
  kill -0 "$machine" 2>/dev/null || { cat "$work/console" >&2; cannot "the machine did not start"; }
  sleep 0.2
done
case "$state" in
  running|degraded) ;;
  *) cat "$work/console" >&2; cannot "systemd is not up after a minute: ${state:-no answer}" ;;
esac
inside timeout 600 /mnt/systemd/checks.sh /mnt
