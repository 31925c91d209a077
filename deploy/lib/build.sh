# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
# Builds the programs unless they were built from exactly these sources. Needs $root, the checkout.

programs=(
  appliance/target/dist/bin/lazaret-appliance
  guest-agent/target/dist/bin/lazaret-agent
  deploy/sizing/target/dist/bin/lazaret-sizing
)

sources_state() {
  (cd "$root" && find pom.xml .mvn protocol guest-agent appliance deploy/sizing -name target -prune -o -type f -print0 |
    sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1)
}

built_from() { cat "$root/deploy/sizing/target/built-from" 2>/dev/null || true; }

is_built() {
  local program
  for program in "${programs[@]}"; do
    [ -x "$root/$program" ] || return 1
  done
  [ "$(built_from)" = "$(sources_state)" ]
}

mark_built() { sources_state >"$root/deploy/sizing/target/built-from"; }

# build_if_needed LOG: two runs in one checkout build one after the other, the second one finds it done.
build_if_needed() {
  local log=$1 started=$SECONDS
  exec 8<"$root/pom.xml" && flock 8 # the folder itself is locked by verify, which runs the demo
  if is_built; then
    echo "built already from these sources"
  else
    echo "building (a first build downloads its parts and takes minutes)"
    "$root/mvnw" -B -Dmaven.test.skip=true -Dspotless.check.skip=true package >"$log" 2>&1 8<&- || {
      grep -aE "^\[(ERROR\]|WARNING\].*[.]java:)" "$log" | head -n 60 >&2
      echo "the build failed" >&2
      exec 8<&-
      return 3
    }
    mark_built
    echo "built in $((SECONDS - started)) s"
  fi
  exec 8<&-
}
