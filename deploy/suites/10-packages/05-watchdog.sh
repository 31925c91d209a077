# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
restarts() { in_machine "$1" systemctl show -p NRestarts --value "$2"; }
stop_and_see() { # MACHINE UNIT SECONDS: its main process stands still until systemd kills it
  local before
  in_machine "$1" mkdir -p "/run/systemd/system/$2.d"
  printf '[Service]\nWatchdogSec=3\n' | timeout 20 nsenter --target "${machine_leader[$1]}" --mount --root tee "/run/systemd/system/$2.d/short.conf" >/dev/null
  in_machine "$1" systemctl daemon-reload
  in_machine "$1" systemctl restart "$2"
  before=$(restarts "$1" "$2")
  in_machine "$1" systemctl kill --signal=STOP --kill-who=main "$2"
  wait_for "$3" is_restarted "$1" "$2" "$before"
}
is_restarted() { [ "$(restarts "$1" "$2")" -gt "$3" ] && in_machine "$1" systemctl is-active --quiet "$2"; }
expect "a stopped agent is killed and started again" stop_and_see guest lazaret-agent.service 40
expect "a stopped appliance is killed and started again" stop_and_see appliance lazaret-appliance.service 60
expect "a session again" wait_for 60 sessions_are 1
expect "EICAR denied again" wait_for 20 denied_in_guest /root/bad
