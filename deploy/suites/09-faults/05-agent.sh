# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
held=200
"$sizing_program" make-files --dir "$guest1/held" --files $held --size 100 --seed 77 >>"$run/files.log"
settings 'deadline.open = 60s' 'away-wait = 60s'
unset "guest_sessions[guest1]"
guest_start guest1
signal_appliance STOP
openers=()
for file in "$guest1"/held/*; do
  timeout -s KILL "$open_limit" cat "$file" >/dev/null 2>>"$run/openers.log" &
  openers+=($!)
done
all_held() { [ "$(agent_figure opens_held)" = $held ]; }
wait_for 20 all_held || die "$step: $(agent_figure opens_held) opens are held (expected: $held)"
began=$(now_ms)
kill_session "${guest_sessions[guest1]}"
failed=0
for opener in "${openers[@]}"; do wait "$opener" || failed=$((failed + 1)); done
took=$(($(now_ms) - began))
signal_appliance CONT
printf '  %-44s all of %d opens freed in %d ms, %d failed\n' "agent killed with -9" $held $took $failed
expect "200 opens freed, none failed" [ $failed = 0 ]
expect "freed within 2 s" [ $took -lt 2000 ]

# Stopped as a whole: no thread of it can do anything about that, nor about who waits to write to a leased file.
settings 'memory.leases-on = guarded' 'memory.lease-rest = 0s'
unset "guest_sessions[guest1]"
run_start guest1 "$life_limit" "${agent_program%/*}/lazaret-supervise" --config "$run/guest1.agent/agent.conf"
guest_sessions[guest1]=$started
wait_while=$started wait_for 30 guest_guards guest1 || die "the supervised agent guards nothing"
wait_for 20 agent_has_session
stuck=$(agent_java)
hot=$guest1/hot
echo text >"$hot" && chmod 666 "$hot"
leased() {
  for _ in 1 2 3 4 5 6 7 8 9; do cat "$hot" || return; done
  [ "$(agent_figure leases_held)" = 1 ]
}
wait_for 10 leased || die "$step: $(agent_figure leases_held) files are leased (expected: 1)"
began=$(now_ms)
kill -STOP "$stuck"
echo more | timeout -s KILL "$open_limit" tee -a "$hot" >/dev/null &
writer=$!
timeout -s KILL "$open_limit" cat "$guest1/full.after"/* >/dev/null || die "$step: the open failed"
took=$(($(now_ms) - began))
printf '  %-44s open freed after %d ms\n' "agent stopped with SIGSTOP" $took
expect "killed within 17 s" [ $took -lt 17000 ]
wait "$writer" || die "$step: the writer of a leased file failed"
took=$(($(now_ms) - began))
printf '  %-44s writer went on after %d ms\n' "  a leased file meanwhile" $took
expect "the writer goes on with the kill" [ $took -lt 17000 ]
new_agent() { [ -n "$(agent_java)" ] && [ "$(agent_java)" != "$stuck" ] && guest_guards guest1; }
wait_for 30 new_agent || die "$step: no new agent: $(tail -n 5 "$run/guest1.log")"
expect "EICAR denied by the next one" is_denied "$guest1/bad"
stop_session "${guest_sessions[guest1]}" 10
expect "both are gone" [ -z "$(session_processes "${guest_sessions[guest1]}")" ]
settings

# Nobody takes the log, and the pipe is full from the start.
mkfifo "$run/full-log"
exec 6<>"$run/full-log"
timeout 1 dd if=/dev/zero of="$run/full-log" bs=4096 count=32 >/dev/null 2>&1 || true
unset "guest_sessions[guest1]"
run_start guest1 "$life_limit" bash -c "exec \"\$@\" 2>'$run/full-log' 6>&-" - "$agent_program" run --config "$run/guest1.agent/agent.conf"
guest_sessions[guest1]=$started
wait_while=$started wait_for 30 guest_guards guest1 || die "$step: with a full log nothing is guarded"
wait_for 20 agent_has_session
# What it has not seen it cannot know.
expect "EICAR denied" is_denied "$guest1/bad"
line refuse
during full "log that nobody reads, no appliance"
mend
after full "a log that nobody reads"
stop_session "${guest_sessions[guest1]}" 10
exec 6>&-
