#!/bin/bash
# Builds one Debian 12 root per peer under perf/out/roots: the peers are installed there and nowhere else.
# Usage (as root): roots.sh [PEER...]; a root that is complete is kept. DEBIAN_MIRROR overrides the mirror.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
roots=${RELAY_COMPARE_ROOTS:-$here/../out/roots}
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
security=${DEBIAN_SECURITY_MIRROR:-http://deb.debian.org/debian-security}
suite=bookworm

declare -A packages=(
    [postfix]=postfix
    [exim]=exim4-daemon-light
    [opensmtpd]=opensmtpd
    [sendmail]=sendmail
)

# Everything that mounts runs in a mount and pid namespace of its own, so that nothing is left behind.
if [[ ${RELAY_COMPARE_ISOLATED:-} != 1 ]]; then
    [[ $EUID == 0 ]] || { echo "roots.sh: must run as root" >&2; exit 1; }
    if ! command -v debootstrap > /dev/null; then
        apt-get update -q
        DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends debootstrap
    fi
    RELAY_COMPARE_ISOLATED=1 exec unshare --mount --pid --fork --kill-child --mount-proc "$0" "$@"
fi

build_base() {
    [[ -e $roots/base/.complete ]] && return
    rm -rf "$roots/base"
    debootstrap --variant=minbase "$suite" "$roots/base" "$mirror"
    {
        echo "deb $mirror $suite main"
        echo "deb $mirror $suite-updates main"
        echo "deb $security $suite-security main"
    } > "$roots/base/etc/apt/sources.list"
    # No daemon may be started by its package.
    printf '#!/bin/sh\nexit 101\n' > "$roots/base/usr/sbin/policy-rc.d"
    chmod 755 "$roots/base/usr/sbin/policy-rc.d"
    touch "$roots/base/.complete"
}

build_peer() {
    local peer=$1 root=$roots/$1
    [[ -e $root/.complete ]] && return
    rm -rf "$root"
    cp -a "$roots/base" "$root"
    rm "$root/.complete"
    cp /etc/resolv.conf "$root/etc/resolv.conf"
    echo relay-peer > "$root/etc/hostname"
    echo "127.0.0.1 localhost peer.example" > "$root/etc/hosts"
    echo peer.example > "$root/etc/mailname"
    mount -t proc proc "$root/proc"
    mount --rbind /dev "$root/dev"
    # Nothing is asked, nothing recommended is added; strace shows what each peer syncs (strace.sh).
    chroot "$root" env DEBIAN_FRONTEND=noninteractive sh -euc "
        echo 'postfix postfix/main_mailer_type select No configuration' | debconf-set-selections
        apt-get update -q
        apt-get install -q -y --no-install-recommends strace busybox ${packages[$peer]}
        apt-get clean"
    umount -R "$root/dev"
    umount "$root/proc"
    # No name server: a peer that asks the DNS for anything must not leave the machine.
    : > "$root/etc/resolv.conf"
    sed -i 's/^hosts:.*/hosts: files/' "$root/etc/nsswitch.conf"
    touch "$root/.complete"
}

mkdir -p "$roots"
roots=$(cd "$roots" && pwd)
build_base
for peer in "${@:-postfix exim opensmtpd sendmail}"; do
    for each in $peer; do
        [[ -n ${packages[$each]:-} ]] || { echo "roots.sh: no package known for $each" >&2; exit 1; }
        build_peer "$each"
    done
done
