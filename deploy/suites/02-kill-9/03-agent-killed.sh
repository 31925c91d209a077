# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
timeout -s KILL "$open_limit" "$sizing_program" open-latency --json --dir "$guest1/clean" --threads 4 --pause-ms 20 --limit-ms 6000 \
  >"$run/load.json" 2>>"$run/load.log" &
load=$!
sleep 0.7
kill_session "${guest_sessions[guest1]}"
wait $load
figures=$(cat "$run/load.json")
expect "200 opens, none denied, none over 6 s" [ "$(figure opens),$(figure denied),$(figure failed),$(figure over)" = 200,0,0,0 ]

guest_start guest1
expect "EICAR denied again" is_denied "$guest1/bad"
