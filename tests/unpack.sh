# Sourced by scripts that unpack Debian's packages without installing them. They set, before they source it: target, the
# folder that gets the programs, and programs, their names.

# Whether everything is there already.
complete() {
  local program
  for program in $programs; do [ -x "$target/$program" ] || return 1; done
}

# unpack PACKAGE...: their files, below $root.
unpack() {
  mkdir -p "$target/packages" "$target/root"
  target=$(cd "$target" && pwd)
  root=$target/root
  chmod 777 "$target/packages" 2>/dev/null || true # apt's download user
  (
    cd "$target/packages"
    apt-get download "$@" >/dev/null 2>&1 \
      || { apt-get update >/dev/null 2>&1; apt-get download "$@" >/dev/null 2>&1; }
    for package in *.deb; do dpkg -x "$package" "$root"; done
  )
}

# write NAME COMMAND: what $target/NAME runs.
write() {
  printf '#!/bin/sh\n%s\n' "$2" >"$target/$1"
  chmod 755 "$target/$1"
}
