# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
# Installs missing programs from the distribution. Services that come with them are neither started nor left enabled.

# need PROGRAM:PACKAGE...: installs the packages of the programs that are not there; ends with 3 when it cannot.
need() {
  local pair missing=()
  for pair in "$@"; do
    PATH=$PATH:/usr/sbin:/sbin command -v "${pair%%:*}" >/dev/null 2>&1 || missing+=("${pair#*:}")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "missing: ${missing[*]} (expected: installed, or root on Debian or Ubuntu to install them)" >&2
    return 3
  fi
  echo "installing from the distribution: ${missing[*]}"
  install_quietly "${missing[@]}"
}

install_quietly() (
  log=$(mktemp)
  policy=/usr/sbin/policy-rc.d
  mine=
  cleanup() {
    [ -z "$mine" ] || rm -f "$policy"
    rm -f "$log"
  }
  trap cleanup EXIT
  trap 'exit 3' INT TERM
  exec 9>/run/lock/lazaret-packages.lock && flock 9
  # Debian's own way to say "install, but start nothing".
  if [ ! -e "$policy" ]; then
    mine=yes
    printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy"
  fi
  export DEBIAN_FRONTEND=noninteractive
  before=$(enabled_services)
  get="apt-get -o Acquire::Retries=5"
  $get install -y --no-install-recommends "$@" >"$log" 2>&1 ||
    { $get update >"$log" 2>&1 && $get install -y --no-install-recommends "$@" >"$log" 2>&1; } ||
    { tail -n 20 "$log" >&2; echo "apt-get install $* failed" >&2; exit 3; }
  # What this installation enabled is disabled again; what was enabled before is the owner's business.
  for unit in $(enabled_services); do
    case " $before " in *" $unit "*) ;; *) systemctl disable "$unit" >/dev/null 2>&1 || true ;; esac
  done
)

enabled_services() {
  local unit
  command -v systemctl >/dev/null 2>&1 || return 0
  for unit in clamav-daemon.service clamav-daemon.socket clamav-freshclam.service prometheus.service \
    docker.service docker.socket containerd.service; do
    ! systemctl is-enabled "$unit" >/dev/null 2>&1 || printf '%s ' "$unit"
  done
}
