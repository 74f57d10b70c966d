#!/bin/bash
# Measures the relay and its peers (Postfix, Exim, OpenSMTPD, Sendmail) and writes perf/results/. Run as root:
#   run.sh [--quick] [--peers relay,postfix] [--scenarios A,B] [--rounds 5] [--tune] [--name NAME] [--help]
# Nothing is installed but debootstrap; the peers live in roots of their own (roots.sh). Everything runs in a mount,
# network (loopback only) and pid namespace that ends with this script, whatever ends it.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
repository=$(cd "$here/../.." && pwd)
out=$repository/perf/out

if [[ ${RELAY_COMPARE_INSIDE:-} == 1 ]]; then
    ip link set lo up
    mkdir -p "$out/scratch" "$out/cgroup"
    mount -t tmpfs tmpfs "$out/scratch"
    mount -t cgroup2 none "$out/cgroup"
    cd "$here"
    PYTHONDONTWRITEBYTECODE=1 exec /usr/bin/python3 -m comparison "$@"
fi

[[ $EUID == 0 ]] || { echo "run.sh: must run as root (namespaces, chroot)" >&2; exit 1; }
for tool in unshare ip /usr/bin/python3; do
    command -v "$tool" > /dev/null || { echo "run.sh: needs $tool" >&2; exit 1; }
done

list=" $* "
if [[ $list != *" --help "* && $list != *" --report-only "* ]]; then
    mkdir -p "$out"
    "$here/roots.sh" > "$out/roots.log" 2>&1 || { tail -20 "$out/roots.log" >&2; exit 1; }
    [[ $list == *" --no-publish "* ]] || "$here/publish.sh"
fi

commit=$(git -C "$repository" rev-parse --short=10 HEAD)
git -C "$repository" diff --quiet HEAD -- src perf/Relay.LoadGenerator || commit=$commit-dirty
export RELAY_COMPARE_COMMIT=$commit
export RELAY_COMPARE_RUN=${RELAY_COMPARE_RUN:-$(date +%F)-compare-$commit}
RELAY_COMPARE_INSIDE=1 unshare --mount --net --pid --fork --kill-child --mount-proc "$0" "$@" &
unshare=$!
# unshare ignores these; its child, the harness, ends everything it started and then itself.
trap 'kill -TERM $(cat "/proc/$unshare/task/$unshare/children") 2> /dev/null' INT TERM HUP
status=0
wait "$unshare" || status=$?
if kill -0 "$unshare" 2> /dev/null; then # a signal ended the wait
    status=0
    wait "$unshare" || status=$?
fi
exit "$status"
