#!/usr/bin/env bash
# Unpacks Debian's dovecot, postfix and haproxy (never installs them: nothing is to start as a service) with the libraries
# that they need into a root of their own, where tests run them by chroot as root.
# usage: get-mail-servers.sh DIRECTORY; afterwards DIRECTORY/root is to be entered by chroot.
set -euo pipefail
target=${1:?usage: get-mail-servers.sh DIRECTORY}
[ -e "$target/.complete" ] && exit 0
mkdir -p "$target/packages" "$target/root"
target=$(cd "$target" && pwd)
work=$target/packages root=$target/root
chmod 777 "$work" 2>/dev/null || true # apt's download user

fetch() {
  apt-get download "$@" >/dev/null 2>&1 || { apt-get update >/dev/null 2>&1; apt-get download "$@" >/dev/null 2>&1; }
}
(
  cd "$work"
  fetch dovecot-core haproxy postfix
  # libraries that they need and the system may lack
  for library in libexttextcat-2.0-0 liblua5.3-0 liblua5.4-0 libopentracing1 libopentracing-c-wrapper0 libwrap0 \
    libsodium23 libpcre2-8-0 libpam0g libicu72 libdb5.3 libnsl2 libtirpc3 libsasl2-2 libssl3 libsystemd0 libapparmor1 \
    libcap2 libcrypt1 libstdc++6 libbz2-1.0 liblzma5 liblz4-1 libzstd1 zlib1g libstemmer0d libldap-2.5-0; do
    dpkg -s "$library" >/dev/null 2>&1 || fetch "$library" || true
  done
  for package in *.deb; do dpkg -x "$package" "$root"; done
)

triplet=$(dpkg-architecture -qDEB_HOST_MULTIARCH 2>/dev/null || echo "$(uname -m)-linux-gnu")
libraries=$root/usr/lib/$triplet:$root/lib/$triplet:$root/usr/lib/dovecot:$root/usr/lib/dovecot/modules/old-stats:$root/usr/lib/postfix
mkdir -p "$root"/{dev,tmp,etc,proc,run,bin,lib64} "$root/usr/bin" "$root/usr/lib/$triplet"
[ -e "$root/bin/sh" ] || cp -L /bin/sh "$root/bin/sh"
for program in "$root/bin/sh" "$root"/usr/sbin/{dovecot,haproxy,postfix,postconf,postlog} "$root/usr/bin/doveconf" \
  "$root"/usr/lib/dovecot/{auth,anvil,log,config,stats} \
  "$root"/usr/lib/postfix/sbin/{master,smtpd,cleanup,qmgr,tlsmgr,anvil,trivial-rewrite,discard,postlogd,proxymap,bounce,error}; do
  needed=$(LD_LIBRARY_PATH=$libraries ldd "$program")
  if grep -q 'not found' <<<"$needed"; then
    echo "get-mail-servers.sh: $program lacks libraries:" $(grep 'not found' <<<"$needed") >&2
    exit 1
  fi
  for library in $(grep -oE '/[^ ]+' <<<"$needed"); do
    case $library in
      "$root"/*) ;;
      *) mkdir -p "$root${library%/*}"; [ -e "$root$library" ] || cp -L "$library" "$root$library" ;;
    esac
  done
done
for device in "null 1 3" "zero 1 5" "random 1 8" "urandom 1 9"; do
  set -- $device
  [ -e "$root/dev/$1" ] || mknod -m 666 "$root/dev/$1" c "$2" "$3"
done
cat >"$root/etc/passwd" <<'USERS'
root:x:0:0:root:/:/bin/sh
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
postfix:x:901:901::/nonexistent:/usr/sbin/nologin
dovecot:x:902:902::/nonexistent:/usr/sbin/nologin
dovenull:x:903:903::/nonexistent:/usr/sbin/nologin
USERS
cat >"$root/etc/group" <<'GROUPS'
root:x:0:
nogroup:x:65534:
postfix:x:901:
postdrop:x:904:
dovecot:x:902:
dovenull:x:903:
GROUPS
printf 'hosts: files\npasswd: files\ngroup: files\nservices: files\n' >"$root/etc/nsswitch.conf"
printf '127.0.0.1 localhost\n' >"$root/etc/hosts"
printf 'smtp 25/tcp\n' >"$root/etc/services"
: >"$root/etc/resolv.conf"
chmod 755 "$root" "$root"/{etc,usr,run}
chmod 1777 "$root/tmp"

# What cannot run here is better not there: the tests then skip.
: >"$root/dev/null" # a device, unless this file system has none
chroot "$root" /usr/sbin/dovecot --version >/dev/null
chroot "$root" /usr/sbin/haproxy -v >/dev/null
chroot "$root" /usr/sbin/postconf -d mail_version >/dev/null 2>&1
touch "$target/.complete"
