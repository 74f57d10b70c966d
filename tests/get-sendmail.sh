#!/usr/bin/env bash
# Unpacks Debian's sendmail packages (never installs them) into a root of their own, with the libraries that they need,
# so that the differential tests can run Sendmail by chroot: the system's mail server and /etc/mail are never touched.
# usage: get-sendmail.sh DIRECTORY; afterwards DIRECTORY/root is to be entered by chroot, and DIRECTORY/m4 makes a
# sendmail.cf of a .mc on its standard output.
set -euo pipefail
target=${1:?usage: get-sendmail.sh DIRECTORY}
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
  fetch sendmail-bin sendmail-cf sendmail-base m4
  # libraries that the programs need and the system may lack
  for library in libdb5.3 libldap-2.5-0 liblockfile1 libnsl2 libtirpc3 libsasl2-2 libssl3 libwrap0 libsigsegv2; do
    dpkg -s "$library" >/dev/null 2>&1 || fetch "$library" || true
  done
  for package in *.deb; do dpkg -x "$package" "$root"; done
)

# Inside the root nothing but these programs and their libraries exists: no user, no name server, no other mailer.
libraries=$root/usr/lib/x86_64-linux-gnu:$root/lib/x86_64-linux-gnu
for program in "$root"/usr/libexec/sendmail/{sendmail,makemap}; do
  needed=$(LD_LIBRARY_PATH=$libraries ldd "$program")
  if grep -q 'not found' <<<"$needed"; then
    echo "get-sendmail.sh: $program lacks libraries:" $(grep 'not found' <<<"$needed") >&2
    exit 1
  fi
  for library in $(grep -oE '/[^ ]+' <<<"$needed"); do
    case $library in
      "$root"/*) ;;
      *) mkdir -p "$root${library%/*}"; cp -L --update=none "$library" "$root$library" 2>/dev/null \
           || cp -Ln "$library" "$root$library" ;;
    esac
  done
done
rm -rf "$root/etc/mail" "$root/etc/aliases"
mkdir -p "$root"/{dev,tmp,etc,proc,scenarios} "$root"/var/{run,spool/mqueue} "$root"/usr/lib/x86_64-linux-gnu
chmod 755 "$root" "$root"/{etc,scenarios} "$root"/var/{,run,spool}
chmod 700 "$root/var/spool/mqueue"
[ -e "$root/dev/null" ] || mknod -m 666 "$root/dev/null" c 1 3 2>/dev/null || : >"$root/dev/null"
: >"$root/etc/passwd" # every local user would be a mailbox
: >"$root/etc/group"
printf 'hosts: files\npasswd: files\ngroup: files\nservices: files\naliases: files\n' >"$root/etc/nsswitch.conf"
printf 'smtp 25/tcp\nsubmission 587/tcp\n' >"$root/etc/services"
: >"$root/etc/resolv.conf"
: >"$root/etc/shells"

cat >"$target/m4" <<SCRIPT
#!/bin/sh
LD_LIBRARY_PATH=$libraries exec $root/usr/bin/m4 -D_CF_DIR_=$root/usr/share/sendmail/cf/ \\
  $root/usr/share/sendmail/cf/m4/cf.m4 "\$@"
SCRIPT
chmod 755 "$target/m4"
touch "$target/.complete"
