#!/bin/bash
# Measures the relay and its peers (Postfix, Exim, OpenSMTPD, Sendmail) and writes perf/results/. Run as root:
#   run.sh [--quick] [--peers relay,postfix] [--scenarios A,B] [--rounds 5] [--tune] [--name NAME] [--help]
# Nothing is installed but debootstrap; the peers live in roots of their own (roots.sh). Everything runs in a mount,
# network (loopback only) and pid namespace that ends with this script, whatever ends it.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
repository=$(cd "$here/../.." && pwd)
out=$repository/perf/out

# One scheduling group for all that follows. Otherwise the kernel makes one of each terminal session (autogroup) and
# deals the processors out to these: half to the server, which leads a session of its own, half to source and sink.
share_processors() {
    [[ ${RELAY_COMPARE_SCHEDULING:-one} == one ]] || return 0
    local group controllers
    controllers=$(awk -F: '$2 ~ /(^|,)cpu(,|$)/ { print $2 }' /proc/self/cgroup)
    if [[ -n $controllers ]]; then # control groups of version 1
        mkdir -p "$out/cgroup-cpu"
        mount -t cgroup -o "$controllers" none "$out/cgroup-cpu"
        rmdir "$out"/cgroup-cpu/relay-compare-* 2> /dev/null || true
        group=$out/cgroup-cpu/relay-compare-$$
        mkdir "$group"
    else
        rmdir "$out"/cgroup/relay-compare-*/* "$out"/cgroup/relay-compare-* 2> /dev/null || true
        group=$out/cgroup/relay-compare-$$
        mkdir "$group"
        export RELAY_COMPARE_CGROUPS=$group # the groups that count CPU lie in it and have no share of their own
    fi
    echo 0 > "$group/cgroup.procs" || echo "run.sh: the kernel's own scheduling groups stay" >&2
}

if [[ ${RELAY_COMPARE_INSIDE:-} == 1 ]]; then
    ip link set lo up
    mkdir -p "$out/scratch" "$out/cgroup"
    mount -t tmpfs tmpfs "$out/scratch"
    mount -t cgroup2 none "$out/cgroup"
    share_processors
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
