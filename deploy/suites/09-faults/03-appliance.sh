# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
signal_appliance() {
  local pid
  for pid in $(session_processes "$appliance_session"); do
    [ "$pid" = "$appliance_session" ] || kill "-$1" "$pid"
  done
}
signal_appliance STOP
during hung "appliance stopped with SIGSTOP"
signal_appliance CONT
after hung "a stopped appliance"

appliance_stop
during gone "appliance gone"
guests_port=$appliance_port
appliance_start
after gone "a restarted appliance"
