#!/usr/bin/env bash
# Does what docs/getting-started.md says, in a root of its own over this machine's (an overlay in memory), a network of its
# own and with systemd played: then looks at what is there, uninstalls, and lists what is left.
# usage: unshare --mount --net --pid --fork --propagation private installed-root.sh FOLDER PROGRAM REPOSITORY
# Exit 77: this machine does not allow such a root.
set -eu
folder=$1 program=$2 repository=$3
cannot() { echo "no root of its own here: $*"; exit 77; }
mount -t tmpfs tmpfs "$folder" || cannot tmpfs
mkdir "$folder/up" "$folder/work" "$folder/root"
root=$folder/root
mount -t overlay overlay -o "lowerdir=/,upperdir=$folder/up,workdir=$folder/work" "$root" || cannot overlay
mount --rbind /dev "$root/dev"
mount -t proc proc "$root/proc"
mount -t tmpfs tmpfs "$root/tmp"
mount -t tmpfs tmpfs "$root/run"
ip link set lo up || cannot "a network"

mkdir -p "$root/tmp/source/docs" "$root/tmp/played" "$root/etc"
cp -R "$repository/install.sh" "$repository/README.md" "$repository/packaging" "$root/tmp/source/"
cp -R "$repository/docs/." "$root/tmp/source/docs/"
cp -R "$program" "$root/tmp/program"
printf '#!/bin/sh\nexec "$@"\n' >"$root/tmp/played/sudo"
cat >"$root/tmp/played/systemctl" <<'SH'
#!/bin/sh
# As much of systemctl as the page needs: User=, the capability, ExecStart=, ExecReload= of the installed unit.
unit=/usr/local/lib/systemd/system/relay.service
value() { sed -n "s/^$1=//p" "$unit"; }
pid() { cat /tmp/relay.pid; }
case "$*" in
  "enable --now relay")
    systemd-tmpfiles --create /usr/local/lib/tmpfiles.d/relay.conf
    # shellcheck disable=SC2046
    setpriv --reuid="$(value User)" --regid="$(value Group)" --init-groups --inh-caps=-all,+net_bind_service \
      --ambient-caps=+net_bind_service --bounding-set=-all,+net_bind_service --no-new-privs \
      $(value ExecStart) >/tmp/journal 2>&1 &
    echo $! >/tmp/relay.pid
    until grep -q 'Relay.Fast is running' /tmp/journal; do
      kill -0 "$(pid)" || { cat /tmp/journal; exit 1; }
      sleep 0.1
    done ;;
  "status relay") kill -0 "$(pid)" && echo "active (running)" ;;
  "reload relay")
    kill -HUP "$(pid)"
    until grep -q 'sendmail\[[0-9]*\]: reloaded' /var/log/relay/maillog; do sleep 0.1; done ;;
  "stop relay")
    kill -TERM "$(pid)"
    while kill -0 "$(pid)" 2>/dev/null; do sleep 0.1; done ;;
  *) echo "systemctl $*: not played" >&2; exit 1 ;;
esac
SH
chmod 755 "$root"/tmp/played/*

# The commands of the page; the program is built already.
awk '/^```sh$/ { on = 1; print "echo \"== block " ++n "\""; next } /^```$/ { on = 0 } on' \
  "$root/tmp/source/docs/getting-started.md" \
  | sed 's|\./install\.sh|./install.sh --from /tmp/program|' >"$root/tmp/page.sh"

run() {
  chroot "$root" /usr/bin/env -i HOME=/root TERM=dumb LC_ALL=C \
    PATH=/tmp/played:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin /bin/sh -euc "cd /tmp/source; $1"
}
list() {
  (cd "$folder/up" && find etc usr var ! -type c ! -path 'usr/local/lib/relay/*' ! -path 'etc/*shadow*' \
    ! -path 'etc/passwd*' ! -path 'etc/group*' ! -path 'etc/.pwd.lock' ! -path 'var/spool/relay/queue/*' \
    -printf '%y %p\n' | grep -v '^d' | cut -c3- | sort)
}

run '. /tmp/page.sh'
echo "== user"
run 'ps -o user= -p $(cat /tmp/relay.pid); ss -ltn | grep -c ":25 "; sed -n 2p /run/relay/sendmail.pid'
echo "== unreadable"
run 'for mode in "640 /etc/relay/relay.json" "750 /etc/relay"; do
  before=$(stat -c %a "${mode#* }"); chmod $mode
  setpriv --reuid=65534 --regid=65534 --clear-groups relay queue list 2>&1 || echo "exit $?"
  setpriv --reuid=65534 --regid=65534 --clear-groups mailq | tail -n 1
  setpriv --reuid=65534 --regid=65534 --clear-groups sendmail -bv a@example.net 2>&1 || echo "exit $?"
  chmod "$before" "${mode#* }"
done'
echo "== verify"
run 'if command -v systemd-analyze >/dev/null; then systemd-analyze verify /usr/local/lib/systemd/system/relay.service; fi'
echo "== manual"
run 'if command -v man >/dev/null; then for page in relay sendmail mailq newaliases makemap relay.json; do man "$page" | head -1; done; fi'
echo "== again"
run './install.sh --from /tmp/program | tail -n 1'
echo "== installed"
list
run 'systemctl stop relay; ./install.sh --uninstall'
echo "== left"
list
