# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
clamd_of_run() {
  local pid
  for pid in $(run_processes "$run" | sort -un); do
    [ "$(cat "/proc/$pid/comm" 2>/dev/null)" != clamd ] || echo "$pid"
  done
}

timeout -s KILL "$open_limit" "$sizing_program" open-latency --json --dir "$guest1/large" --threads 4 --limit-ms 6000 >"$run/load.json" 2>>"$run/load.log" &
load=$!
sleep 0.8
engine=$(clamd_of_run)
expect "one clamd of this appliance" grep -qE '^[0-9]+$' <<<"$engine"
kill -KILL "$engine"
opens --limit-ms 6000 "$guest1/bad"
expect "EICAR's open answered in time" [ "$(figure opens),$(figure over)" = 1,0 ]
wait $load
figures=$(cat "$run/load.json")
expect "4 opens, none denied, none over 6 s" [ "$(figure opens),$(figure denied),$(figure failed),$(figure over)" = 4,0,0,0 ]
