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
#   --no-service      leaves out what systemd and logrotate are told: the unit, the user, the folders, the log's rotation
#   --from DIR        takes the published program from DIR instead of building it with the .NET 10 SDK
#   --self-contained  builds the .NET runtime in, so that the machine needs none (some 110 MB instead of 15)
#   --user NAME       who the relay runs as, and whose spool it is (default relay; made if root installs and there is none)
#   --destdir DIR     puts everything below DIR, for packages
#   --uninstall       removes what was installed; configuration, queue and user stay
#   --help            prints this
set -eu

prefix=/usr/local links=auto from= user=relay destdir= uninstall= service=yes contained=--no-self-contained
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
    --no-service) service=; shift ;;
    --self-contained) contained=--self-contained; shift ;;
    -h|--help) sed -n '2,/^set /p' "$0" | sed '$d; s/^# \{0,1\}//'; exit 0 ;;
    *) usage_error "unknown option $1" ;;
  esac
done

case "$links" in auto|prefix|system|none) ;; *) usage_error "--links $links: expected auto, prefix, system or none" ;; esac
case "$prefix" in
  *[!A-Za-z0-9_./+-]*|//*|*/) usage_error "--prefix $prefix: expected a path of letters, digits and ._+-" ;;
  /*) ;;
  *) usage_error "--prefix $prefix: expected an absolute path" ;;
esac

case "$user" in ""|*[!a-z0-9_-]*|[!a-z_]*) usage_error "--user $user: expected the name of a user" ;; esac

home=$prefix/lib/relay
manifest=$destdir$home/.installed
old=$destdir$home.old # an earlier installation, while it is being replaced

# Where systemd looks: below /usr and /usr/local, else in /etc.
case "$prefix" in
  /usr|/usr/local) units=$prefix/lib/systemd/system settings=$prefix/lib ;;
  *) units=/etc/systemd/system settings=/etc ;;
esac

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
  [ -L "$1" ] || return 1
  case "$(readlink "$1")" in "$home"/*) ;; *) return 1 ;; esac
}

# systemd runs here, and this is not somebody else's root.
has_systemd() {
  [ -z "$destdir" ] && [ -d /run/systemd/system ] && command -v systemctl >/dev/null 2>&1
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

# Folders are noted from the top down, so that --uninstall can take those that it leaves empty.
make_folder() {
  [ -d "$destdir$1" ] || {
    make_folder "$(dirname "$1")"
    mkdir "$destdir$1"
    note folder "$1"
  }
}

link() { # link PATH [WHERE IT LEADS]
  target=$destdir$1
  if ! is_ours "$target"; then
    if [ -e "$target" ] || [ -L "$target" ]; then
      [ "$links" = system ] || fail "$target exists and is not ours; nothing was changed there (--links none leaves it)"
      set_aside "$1"
    fi
    make_folder "$(dirname "$1")"
    ln -s "${2:-$home/relay}" "$target"
  fi
  note link "$1"
}

# A file for others to read, such as a unit: with our places and user in it. A copy below $home/service tells later
# whether the administrator changed it; then it is his.
place() { # place SOURCE PATH
  copy=$destdir$home/service$2
  mkdir -p "$(dirname "$copy")"
  sed -e "s|/usr/local/bin/relay|$prefix/bin/relay|g; s|/usr/local/share|$prefix/share|g" \
    -e "s|^User=relay$|User=$user|; s|^Group=relay$|Group=$user|; s| relay relay| $user $user|; s|^u relay |u $user |" \
    "$here/packaging/$1" >"$copy"
  chmod 644 "$copy"
  if [ -e "$destdir$2" ] && ! cmp -s "$destdir$2" "$copy" && ! cmp -s "$destdir$2" "$old$home/service$2"; then
    echo "$destdir$2 was changed or is not ours, and stays; ours is $copy"
    return
  fi
  make_folder "$(dirname "$2")"
  cp "$copy" "$destdir$2"
  note file "$2"
}

remove() {
  [ -f "$manifest" ] || fail "$destdir$home: nothing was installed there by this script"
  if has_systemd && grep -q '^file .*/relay\.service$' "$manifest"; then
    systemctl disable --now --quiet relay.service relay.socket 2>/dev/null || true
  fi
  while read -r kind path; do
    if [ "$kind" = link ] && is_ours "$destdir$path"; then rm "$destdir$path"; fi
    if [ "$kind" = file ] && [ -f "$destdir$path" ]; then
      if cmp -s "$destdir$path" "$destdir$home/service$path"; then
        rm "$destdir$path"
      else
        echo "$destdir$path was changed and stays"
      fi
    fi
  done <"$manifest"
  while read -r kind path; do
    if [ "$kind" = aside ]; then bring_back "$path"; fi
  done <"$manifest"
  folders=$(sed -n 's/^folder //p' "$manifest" | sort -r)
  rm -rf "$destdir$home" # always ends in /lib/relay
  echo "$folders" | while read -r path; do
    [ -z "$path" ] || rmdir "$destdir$path" 2>/dev/null || true # what others use stays
  done
  if has_systemd; then systemctl daemon-reload || true; fi
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

build() {
  command -v dotnet >/dev/null 2>&1 || fail "the .NET 10 SDK is needed to build: no dotnet in the PATH of $(id -un).
  Publish it as a user who has it, and give the folder with --from (docs/commands.md, Installing)"
  case "$(uname -m)" in
    x86_64) runtime=linux-x64 ;;
    aarch64) runtime=linux-arm64 ;;
    *) fail "$(uname -m): build it by hand and give --from DIR" ;;
  esac
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  built=$work/program
  # ReadyToRun: compiled ahead of time, so that mailq and its kin start fast. Nothing is written below the sources.
  dotnet publish "$here/src/Relay.Host" -c Release -r "$runtime" "$contained" -p:PublishReadyToRun=true \
    -p:DebugType=none -p:RunAnalyzers=false -p:EnforceCodeStyleInBuild=false \
    -p:PublishDocumentationFiles=false -p:PublishReferencesDocumentationFiles=false \
    --artifacts-path "$work/artifacts" -o "$built" -v quiet --nologo >"$work/log" 2>&1 \
    || { cat "$work/log" >&2; fail "the build failed"; }
  # A service has no variables of yours and may not read your home.
  (cd / && env -i HOME=/nonexistent "$built/relay" --version >/dev/null 2>&1) \
    || fail "the program does not find the .NET 10 runtime (ASP.NET Core) where services look for it, such as
  /usr/share/dotnet or /usr/lib/dotnet: install it there, or give --self-contained"
}

program() {
  if [ -n "$from" ]; then
    [ -x "$from/relay" ] || fail "$from/relay: expected the published program"
    built=$from
  else
    build
  fi

  # The new program is put in place whole; the manifest of an earlier installation stays.
  new=$destdir$home.new
  missing=
  folder=$(dirname "$home")
  while [ ! -d "$destdir$folder" ]; do
    missing="$missing $folder"
    folder=$(dirname "$folder")
  done
  rm -rf "$new" "$old"
  mkdir -p "$new"
  cp -R "$built/." "$new/"
  rm -rf "$new/compat" "$new/man" "$new/doc" # of a program that was installed elsewhere before
  mkdir "$new/compat"
  cp "$here/packaging/m4" "$new/compat/m4"
  chmod 755 "$new" "$new/compat/m4" "$new/relay"
  cp -R "$here/packaging/man" "$new/man"
  mkdir "$new/doc"
  cp -R "$here/README.md" "$here"/docs/*.md "$here/docs/monitoring" "$new/doc/"
  if [ -f "$manifest" ]; then
    cp "$manifest" "$new/.installed"
    mkdir -p "$old$home"
    if [ -d "$destdir$home/service" ]; then cp -R "$destdir$home/service" "$old$home/service"; fi
  fi
  rm -rf "$destdir$home"
  mv "$new" "$destdir$home"
  note home "$home"
  for folder in $missing; do note folder "$folder"; done
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
  for name in $names; do manual "$name"; done
}

# A page below the prefix hides none of another mail server's: without the names there are no pages for them.
manual() {
  for page in "$destdir$home/man/man"*"/$1".[1-8]; do
    part=man/$(basename "$(dirname "$page")")/$(basename "$page")
    target=$prefix/share/$part
    if [ -e "$destdir$target" ] && ! is_ours "$destdir$target"; then
      echo "$destdir$target is another's and stays"
    else
      link "$target" "$home/$part"
    fi
  done
}

# What systemd and logrotate are told. Nothing is started: that is for after a look at the configuration.
service() {
  if [ -z "$service" ]; then return; fi
  place systemd/relay.service "$units/relay.service"
  place systemd/relay.socket "$units/relay.socket"
  place tmpfiles/relay.conf "$settings/tmpfiles.d/relay.conf"
  place sysusers/relay.conf "$settings/sysusers.d/relay.conf"
  place logrotate/relay /etc/logrotate.d/relay
  if has_systemd; then
    systemctl daemon-reload
    systemd-tmpfiles --create "$settings/tmpfiles.d/relay.conf"
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
// Relay.Fast; every option is described in docs/operations.md. `relay check` checks it.
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
  "pidFile": "/run/relay/sendmail.pid",
  "http": { "endpoint": "127.0.0.1:8025" } // metrics, health and a page to look at
  // "smartHost": "smtp:[192.0.2.1]:25",
  // "log": { "format": "sendmail", "output": "/var/log/relay/maillog" } // else the journal has it
}
JSON
}

[ -z "$destdir" ] || mkdir -p "$destdir"
program
trap 'rm -rf "$old" ${work:+"$work"}' EXIT
link "$prefix/bin/relay"
manual relay
manual relay.json
link "$prefix/share/doc/relay" "$home/doc"
links
folders
service
echo "installed below $destdir$prefix; configuration: $destdir/etc/relay/relay.json"
if [ -n "$service" ] && [ -z "$destdir" ]; then
  if has_systemd && systemctl --quiet is-active relay.service; then
    echo "the relay runs on with the program of before: systemctl restart relay"
  fi
  echo "next: relay check && systemctl enable --now relay"
fi
