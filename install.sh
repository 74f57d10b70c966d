#!/bin/sh
# Installs Relay.Fast on Debian and its kin, or removes it again. An existing mail server is not touched unless asked.
#
# usage: ./install.sh [options]
#   --prefix DIR      where the program goes: DIR/lib/relay and DIR/bin/relay (default /usr/local)
#   --links WHERE     where sendmail, mailq, newaliases, makemap, hoststat and purgestat go, as symbolic links:
#                       auto    as prefix, if no other mail server has these names here; else none (default)
#                       prefix  DIR/sbin and DIR/bin
#                       system  /usr/sbin, /usr/lib and /usr/bin; names of another mail server are set aside
#                               (dpkg-divert where there is dpkg) and come back with --uninstall
#                       none    nowhere
#   --from DIR        takes the published program from DIR instead of building it (needs the .NET SDK)
#   --user NAME       whom spool and configuration belong to (default relay; made if root installs and there is none)
#   --destdir DIR     puts everything below DIR, for packages
#   --uninstall       removes what was installed; configuration, queue and user stay
#   --help            prints this
set -eu

prefix=/usr/local links=auto from= user=relay destdir= uninstall=
here=$(cd "$(dirname "$0")" && pwd)
names="sendmail mailq newaliases makemap hoststat purgestat"

fail() {
  echo "install.sh: $*" >&2
  exit 1
}

usage_error() {
  echo "install.sh: $* (see --help)" >&2
  exit 64
}

while [ $# -gt 0 ]; do
  case "$1" in
    --prefix|--links|--from|--user|--destdir)
      [ $# -gt 1 ] || usage_error "$1 needs a value"
      case "$1" in
        --prefix) prefix=$2 ;;
        --links) links=$2 ;;
        --from) from=$2 ;;
        --user) user=$2 ;;
        --destdir) destdir=$2 ;;
      esac
      shift 2 ;;
    --uninstall) uninstall=yes; shift ;;
    -h|--help) sed -n '2,/^set /p' "$0" | sed '$d; s/^# \{0,1\}//'; exit 0 ;;
    *) usage_error "unknown option $1" ;;
  esac
done

case "$links" in auto|prefix|system|none) ;; *) usage_error "--links $links: expected auto, prefix, system or none" ;; esac
case "$prefix" in /*) ;; *) usage_error "--prefix $prefix: expected an absolute path" ;; esac

home=$prefix/lib/relay
manifest=$destdir$home/.installed

# Where a name goes. makemap and the rest are an administrator's, the two in bin are for everyone.
folder_of() {
  case "$1" in
    mailq|newaliases) echo "$2/bin" ;;
    *) echo "$2/sbin" ;;
  esac
}

# What other programs call; /usr/lib/sendmail is the oldest place of all.
system_paths() {
  for name in $names; do
    echo "$(folder_of "$name" /usr)/$name"
  done
  echo /usr/lib/sendmail
}

is_ours() {
  [ -L "$1" ] && [ "$(readlink "$1")" = "$home/relay" ]
}

# Remembers what --uninstall has to undo, each thing once.
note() {
  grep -qxF "$1 $2" "$manifest" 2>/dev/null || echo "$1 $2" >>"$manifest"
}

has_dpkg() {
  [ -z "$destdir" ] && command -v dpkg-divert >/dev/null 2>&1
}

set_aside() {
  if has_dpkg; then
    dpkg-divert --quiet --local --rename --divert "$1.before-relay" --add "$1"
  else
    mv "$destdir$1" "$destdir$1.before-relay"
  fi
  note aside "$1"
}

bring_back() {
  if has_dpkg; then
    dpkg-divert --quiet --local --rename --remove "$1"
  elif [ -e "$destdir$1.before-relay" ] || [ -L "$destdir$1.before-relay" ]; then
    mv "$destdir$1.before-relay" "$destdir$1"
  fi
}

link() {
  target=$destdir$1
  if ! is_ours "$target"; then
    if [ -e "$target" ] || [ -L "$target" ]; then
      [ "$links" = system ] || fail "$target exists and is not ours; nothing was changed there (--links none leaves it)"
      set_aside "$1"
    fi
    mkdir -p "$(dirname "$target")"
    ln -s "$home/relay" "$target"
  fi
  note link "$1"
}

remove() {
  [ -f "$manifest" ] || fail "$destdir$home: nothing was installed there by this script"
  while read -r kind path; do
    if [ "$kind" = link ] && is_ours "$destdir$path"; then rm "$destdir$path"; fi
  done <"$manifest"
  while read -r kind path; do
    if [ "$kind" = aside ]; then bring_back "$path"; fi
  done <"$manifest"
  rm -rf "$destdir$home" # always ends in /lib/relay
  echo "removed from $destdir$prefix; configuration, queue and user stay"
}

if [ -n "$uninstall" ]; then
  remove
  exit 0
fi

# Another mail server has one of the names: a file, or a link that is not ours.
other_server() {
  for path in $(system_paths); do
    if { [ -e "$destdir$path" ] || [ -L "$destdir$path" ]; } && ! is_ours "$destdir$path"; then
      echo "$path"
      return
    fi
  done
}

program() {
  if [ -n "$from" ]; then
    [ -x "$from/relay" ] || fail "$from/relay: expected the published program"
    built=$from
  else
    command -v dotnet >/dev/null 2>&1 || fail "the .NET 10 SDK is needed to build, or --from DIR"
    case "$(uname -m)" in
      x86_64) runtime=linux-x64 ;;
      aarch64) runtime=linux-arm64 ;;
      *) fail "$(uname -m): build it by hand and give --from DIR" ;;
    esac
    built=$(mktemp -d)
    # ReadyToRun: compiled ahead of time, so that mailq and its kin start fast.
    dotnet publish "$here/src/Relay.Host" -c Release -r "$runtime" --no-self-contained -p:PublishReadyToRun=true \
      -p:DebugType=none -p:GenerateDocumentationFile=false -v quiet --nologo -o "$built" || fail "the build failed"
  fi

  # The new program is put in place whole; the manifest of an earlier installation stays.
  new=$destdir$home.new
  rm -rf "$new"
  mkdir -p "$new/compat"
  cp -R "$built/." "$new/"
  cp "$here/packaging/m4" "$new/compat/m4"
  chmod 755 "$new/compat/m4" "$new/relay"
  if [ -f "$manifest" ]; then cp "$manifest" "$new/.installed"; fi
  rm -rf "$destdir$home"
  mv "$new" "$destdir$home"
  if [ -z "$from" ]; then rm -rf "$built"; fi
  note home "$home"
}

links() {
  case "$links" in
    auto)
      other=$(other_server)
      if [ -n "$other" ]; then
        echo "$other belongs to another mail server, which keeps its names (--links prefix or system takes them)"
        return
      fi
      links=prefix ;;
    none) return ;;
  esac
  if [ "$links" = prefix ]; then
    for name in $names; do link "$(folder_of "$name" "$prefix")/$name"; done
  else
    for path in $(system_paths); do link "$path"; done
  fi
}

owner() {
  if [ "$(id -u)" = 0 ] && [ -z "$destdir" ]; then
    id "$user" >/dev/null 2>&1 \
      || useradd --system --user-group --home-dir /var/spool/relay --no-create-home --shell /usr/sbin/nologin "$user"
    chown "$user:" "$@"
  fi
}

folders() {
  mkdir -p "$destdir/etc/relay/tables" "$destdir/var/spool/relay/queue" "$destdir/var/spool/relay/drop"
  chmod 755 "$destdir/var/spool/relay"
  chmod 700 "$destdir/var/spool/relay/queue"
  owner "$destdir/var/spool/relay" "$destdir/var/spool/relay/queue" "$destdir/var/spool/relay/drop"
  chmod 3733 "$destdir/var/spool/relay/drop" # anyone may leave mail, nobody may list or touch another's
  [ -e "$destdir/etc/relay/relay.json" ] || cat >"$destdir/etc/relay/relay.json" <<'JSON'
// Relay.Fast; every option is described in docs/operations.md. `relay check --config /etc/relay/relay.json` checks.
{
  "listeners": [ { "endpoint": "127.0.0.1:25", "name": "MTA" } ], // "*:25" takes mail from everywhere
  "queue": { "directory": "/var/spool/relay/queue" },
  "tables": { "directory": "/etc/relay/tables" }, // access, mailertable, aliases, ...: or Sendmail's own /etc/mail
  "admin": { "socket": "/run/relay/admin.sock" },
  "submission": { // the command sendmail and its kin
    "socket": "/run/relay/submission.sock",
    "queueSocket": "/run/relay/mailq.sock",
    "dropFolder": "/var/spool/relay/drop"
  },
  "pidFile": "/run/relay/sendmail.pid"
  // "smartHost": "smtp:[192.0.2.1]:25"
}
JSON
}

program
mkdir -p "$destdir$prefix/bin"
link "$prefix/bin/relay"
links
folders
echo "installed below $destdir$prefix; configuration: $destdir/etc/relay/relay.json"
