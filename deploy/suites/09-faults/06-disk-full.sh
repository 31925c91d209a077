# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
# The guarded filesystem is full, and so is the one that the agent keeps its own files on.
mount_image state 16 && state=$mounted
cp -a "$run/guest1.agent/." "$state/"
rm -rf "$run/guest1.agent" && ln -s "$state" "$run/guest1.agent"
fill() { dd if=/dev/zero of="$1/filler" bs=4096 oflag=append conv=notrunc status=none 2>/dev/null || true; }
fill "$state"
unset "guest_sessions[guest1]"
guest_start guest1
expect "EICAR denied" is_denied "$guest1/bad"
fill "$state"
fill "$guest1"
free_kb() { df --output=avail "$1" | tail -n 1 | tr -d ' '; }
expect "no space left (has: $(free_kb "$guest1") and $(free_kb "$state") kB)" [ $(($(free_kb "$guest1") + $(free_kb "$state"))) -lt 64 ]
line refuse
during state "both disks full, no appliance"
mend
after state "full disks"
expect "status answers" [ "$(agent_figure opens_held)" = 0 ]
printf '  %-44s the journal failed %d times\n' "" "$(agent_figure journal_failures)"
expect "failures of the journal are counted" [ "$(agent_figure journal_failures)" -gt 0 ]
timeout -s KILL "$open_limit" rm "$guest1/filler" "$state/filler"
pay "full disks"
stop_session "${guest_sessions[guest1]}" 10
