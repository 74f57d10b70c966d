#!/usr/bin/env bash
# Unpacks Debian's mail, telnet, nc and netstat, which the how-tos type (never installs them: mail would bring a mail server
# and its settings), so that tests can run them from a folder.
# usage: get-commands.sh DIRECTORY; afterwards DIRECTORY/mail, DIRECTORY/telnet, DIRECTORY/nc, DIRECTORY/netstat are to be run.
set -euo pipefail
target=${1:?usage: get-commands.sh DIRECTORY}
programs="mail telnet nc netstat"
. "$(dirname "$0")/unpack.sh"
complete && exit 0
unpack bsd-mailx liblockfile1 libbsd0 libmd0 inetutils-telnet netcat-openbsd net-tools
libraries=$root/usr/lib/$(uname -m)-linux-gnu:$root/lib/$(uname -m)-linux-gnu
wrap() {
  [ -x "$root/$2" ] && write "$1" "LD_LIBRARY_PATH=$libraries exec $root/$2 \"\$@\""
}
wrap mail usr/bin/bsd-mailx
wrap telnet "$(cd "$root" && find usr/bin -name '*telnet' -type f | head -n 1)"
wrap nc bin/nc.openbsd || wrap nc usr/bin/nc.openbsd
wrap netstat bin/netstat || wrap netstat usr/bin/netstat
complete
