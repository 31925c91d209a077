# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
mv "$run/clamd" "$run/clamd.away"
for pid in $(run_processes "$run" | sort -un); do
  [ "$(cat "/proc/$pid/comm" 2>/dev/null)" != clamd ] || kill -KILL "$pid"
done
expect "the alert on a blind engine" wait_for 30 fires LazaretEngineBlind
"$appliance_program" check --config "$run/appliance/appliance.conf" >"$run/check.txt"
expect "check ends with 3" [ $? = 3 ]
expect "check names the engine" grep -q '^BAD *engine' "$run/check.txt"
