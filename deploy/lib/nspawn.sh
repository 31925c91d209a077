# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
# Debian machines with an init of their own, as containers on this machine's network. Needs lib/run.sh, lib/lazaret.sh and lib/debian.sh.

# Whatever becomes of the script, a machine is switched off after so many seconds.
machine_limit=900
declare -A machine_leader=()

# machine_base FOLDER PACKAGE...: a minimal Debian with systemd and these packages.
machine_base() {
  local folder=$1
  shift
  debian_make "$folder" systemd systemd-sysv dbus "$@" || return
  rm -f "$folder/etc/machine-id"
  touch "$folder/etc/machine-id"
}

# machine_boot NAME ROOT: until its services are up.
machine_boot() {
  run_start "$1" "$machine_limit" systemd-nspawn --quiet --directory="$2" --machine="lazaret-$1-$$" --register=no --keep-unit \
    --resolv-conf=copy-host --link-journal=no --console=pipe \
    --system-call-filter="fanotify_init fanotify_mark" --boot systemd.journald.forward_to_console=1
  machine_leader[$1]=
  wait_for 60 machine_find_leader "$1" "$started" || return
  wait_for 150 machine_is_up "$1"
}

machine_find_leader() { # NAME SESSION: init is the child of the child of timeout
  local nspawn
  nspawn=$(pgrep -P "$2") && machine_leader[$1]=$(pgrep -P "$nspawn" | head -n 1) && [ -n "${machine_leader[$1]}" ]
}

machine_is_up() {
  in_machine "$1" systemctl is-system-running | grep -qE 'running|degraded'
}

# in_machine NAME COMMAND...
in_machine() {
  local leader=${machine_leader[$1]}
  shift
  timeout -s KILL 300 nsenter --target "$leader" --mount --uts --ipc --net --pid --root --wd \
    env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@" </dev/null
}

machine_install() { # NAME PACKAGE-OR-FILE...
  local name=$1
  shift
  in_machine "$name" apt-get install -y --no-install-recommends -o Dpkg::Options::=--force-confold "$@" >>"$run/$name-apt.log" 2>&1
}
