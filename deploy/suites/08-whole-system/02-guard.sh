# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
agent_status() { machine_agent guarded status --json --config /etc/lazaret/agent.conf 2>&1; }
agent_figure() { agent_status | sed -n "s/.*\"$1\": *\(-\{0,1\}[0-9]*\)[,}].*/\1/p"; }

# The kernel's own word which filesystems have a mark, as MAJOR:MINOR.
marked() {
  local pid
  for pid in $(session_processes "${guest_sessions[guarded]}"); do
    sed -n 's/^fanotify sdev:\([0-9a-f]*\) .*/\1/p' /proc/"$pid"/fdinfo/* 2>/dev/null
  done | sort -u | while read -r device; do
    echo "$((0x$device >> 20)):$((0x$device & 0xfffff))"
  done
}

machine_guard guarded
image=$(mountpoint -d "$run/guarded")
marked >"$run/marked"
if grep -qxF "$(mountpoint -d /)" "$run/marked"; then
  kill_session "${guest_sessions[guarded]}"
  die "the agent has marked this machine's own root"
fi
expect "the machine's / marked" grep -qxF "$image" "$run/marked"
agent_status >"$run/status.json"
expect "/ and its tmpfs found by itself" grep -q '"filesystems": *\["/", *"/dev", *"/dev/shm", *"/run"\]' "$run/status.json"
