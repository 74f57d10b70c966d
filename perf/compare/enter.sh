#!/bin/sh
# Starts one peer inside its root: enter.sh ROOT PEER-DIRECTORY CELL. Called in a mount and pid namespace of its own
# (run.py), so the mounts below are seen by nobody else and vanish with the peer.
set -eu
root=$1 peer=$2 cell=$3

mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for device in null:3 zero:5 full:7 random:8 urandom:9; do
    mknod -m 666 "$root/dev/${device%:*}" c 1 "${device#*:}"
done
# Logs are written, but to memory: the bytes that reach the disk are the queue's.
mount -t tmpfs -o mode=755 tmpfs "$root/var/log"
mkdir -p "$root/peer" "$root/dev/shm"
chmod 1777 "$root/dev/shm"
mount --bind -o ro "$peer" "$root/peer"
ulimit -n "$(ulimit -H -n)"
exec chroot "$root" /bin/sh /peer/start "$cell"
