#!/usr/bin/env bash
# Unpacks Debian's logwatch, logrotate, fail2ban and prometheus (never installs them: nothing is to start as a service or to read
# this machine's logs) so that tests can run them from a folder.
# usage: get-monitoring-tools.sh DIRECTORY; afterwards DIRECTORY/logwatch, DIRECTORY/logrotate,
# DIRECTORY/fail2ban-regex, DIRECTORY/prometheus and DIRECTORY/promtool are to be run.
set -euo pipefail
target=${1:?usage: get-monitoring-tools.sh DIRECTORY}
programs="logwatch logrotate fail2ban-regex prometheus promtool"
. "$(dirname "$0")/unpack.sh"
complete && exit 0
unpack logwatch logrotate libpopt0 fail2ban prometheus
# logwatch knows its folder by a fixed name; /etc/logwatch is this machine's own affair
sed -i "s|/usr/share/logwatch|$root/usr/share/logwatch|g; s|/etc/logwatch|$root/etc/logwatch|g" "$root/usr/sbin/logwatch"
write logwatch "exec perl $root/usr/sbin/logwatch \"\$@\""
libraries=$(dirname "$(find "$root" -name 'libpopt.so.0' | head -n 1)")
write logrotate "LD_LIBRARY_PATH=$libraries exec $root/usr/sbin/logrotate \"\$@\""
write fail2ban-regex \
  "PYTHONPATH=$root/usr/lib/python3/dist-packages exec python3 $root/usr/bin/fail2ban-regex -c $root/etc/fail2ban \"\$@\""
write prometheus "exec $root/usr/bin/prometheus \"\$@\""
write promtool "exec $root/usr/bin/promtool \"\$@\""
complete
