#!/usr/bin/env bash
# Boots systemd in the namespaces that run.sh has made. usage: boot.sh ROOT LAYERS SHARE
# ROOT stays as it is: what the machine writes goes to LAYERS, in memory. SHARE is the machine's /mnt, read-only.
set -eu
lower=$1 layers=$2 share=$3
mount -t tmpfs tmpfs "$layers"
mkdir "$layers/up" "$layers/work" "$layers/root"
root=$layers/root
mount -t overlay overlay -o "lowerdir=$lower,upperdir=$layers/up,workdir=$layers/work" "$root"
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
for folder in dev run tmp; do mount -t tmpfs -o mode=755 tmpfs "$root/$folder"; done
chmod 1777 "$root/tmp"
for device in null zero full random urandom tty; do
  touch "$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts "$root/dev/pts"
mount -t tmpfs tmpfs "$root/dev/shm"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
mount --bind "$share" "$root/mnt"
mount -o remount,bind,ro "$root/mnt"
ip link set lo up
hostname mail.example.org
echo '127.0.0.1 localhost mail.example.org' >"$root/etc/hosts"
echo mail.example.org >"$root/etc/hostname"
rm -f "$root/etc/resolv.conf"
cd "$root"
pivot_root . srv
umount -l /srv
exec env -i container=relay-tests PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd
