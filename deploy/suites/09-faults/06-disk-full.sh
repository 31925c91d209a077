# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
# The guarded filesystem is full, and so is the one that the agent keeps its own files on.
mount_image state 16 && state=$mounted
cp -a "$run/guest1.agent/." "$state/"
rm -rf "$run/guest1.agent" && ln -s "$state" "$run/guest1.agent"
dd if=/dev/zero of="$state/filler" bs=4096 >/dev/null 2>&1 || true
dd if=/dev/zero of="$guest1/filler" bs=4096 >/dev/null 2>&1 || true
unset "guest_sessions[guest1]"
guest_start guest1
expect "no space left" [ "$(df --output=avail "$guest1" "$state" | tail -n 2 | sort -u | tr -d ' \n')" = 0 ]
opens --dir "$guest1/restored" --threads 8 --limit-ms "$deadline_limit"
expect "disk full: 24 opens, none denied" [ "$(figure opens),$(figure denied),$(figure failed),$(figure over)" = 24,0,0,0 ]
printf '  %-44s longest open %9s\n' "guarded and state filesystem full" "$(micros "$(figure max_ns)")"
expect "EICAR denied" is_denied "$guest1/bad"
expect "status answers" [ "$(agent_figure opens_held)" = 0 ]
timeout -s KILL "$open_limit" rm "$guest1/filler"
stop_session "${guest_sessions[guest1]}" 10
