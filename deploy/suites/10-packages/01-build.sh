# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
need debootstrap:debootstrap systemd-nspawn:systemd-container lintian:lintian nsenter:util-linux dpkg-deb:dpkg || die "packages are missing"
# shellcheck source=deploy/lib/debian.sh
. "$root/deploy/lib/debian.sh"
# shellcheck source=deploy/lib/nspawn.sh
. "$root/deploy/lib/nspawn.sh"

expect "two packages" "$root/deploy/packages/build" --fast --version 1.0 --out "$run/packages"
architecture=$(dpkg --print-architecture)
later() { # PACKAGE: the same as version 1.1
  dpkg-deb -R "$run/packages/$1_1.0_$architecture.deb" "$run/later" &&
    sed -i 's/^Version: .*/Version: 1.1/' "$run/later/DEBIAN/control" &&
    dpkg-deb --root-owner-group -Zgzip -z1 --build "$run/later" "$run/packages/$1_1.1_$architecture.deb" &&
    rm -rf "$run/later"
}
for package in lazaret-appliance lazaret-agent; do
  expect "$package without lintian's errors" lintian --allow-root --fail-on error "$run/packages/${package}_1.0_$architecture.deb"
  expect "$package 1.1" later "$package"
  echo "    $package: $(($(stat -c %s "$run/packages/${package}_1.0_$architecture.deb") >> 20)) MiB, installed $(($(dpkg-deb -f "$run/packages/${package}_1.0_$architecture.deb" Installed-Size) >> 10)) MiB"
done

exposed() { # UNIT-FILE MOST, in tenths
  # An instance's name, without which nothing is analysed.
  local unit=$run/units/${1##*/}
  unit=${unit/@./@1.}
  mkdir -p "$run/units"
  cp "$1" "$unit"
  echo "    $(systemd-analyze security --offline=true --no-pager --threshold="$2" "$unit" | tail -n 1 | sed 's/.*level for //')"
  systemd-analyze security --offline=true --no-pager --threshold="$2" "$unit"
}
exposed "$root/deploy/packages/appliance/lazaret-appliance.service" 20 >"$run/exposure.log" 2>&1 || { cat "$run/exposure.log" >&2; die "the appliance's unit is exposed (expected: at most 2.0)"; }
head -n 1 "$run/exposure.log"
exposed "$root/deploy/packages/appliance/lazaret-engine@.service" 20 >"$run/exposure.log" 2>&1 || { cat "$run/exposure.log" >&2; die "the engine's unit is exposed (expected: at most 2.0)"; }
head -n 1 "$run/exposure.log"
exposed "$root/deploy/packages/agent/lazaret-agent.service" 46 >"$run/exposure.log" 2>&1 || { cat "$run/exposure.log" >&2; die "the agent's unit is exposed (expected: at most 4.6)"; }
head -n 1 "$run/exposure.log"
