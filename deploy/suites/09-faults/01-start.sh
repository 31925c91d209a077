# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
need ip:iproute2 unshare:util-linux nsenter:util-linux pgrep:procps || die "programs are missing"
appliance_init
appliance_start
# The guest reaches its appliance over a line that can be made bad.
line() { echo "$1" >"$run/line"; }
# What is still on the line is cut off before it is good again.
mend() {
  line refuse
  sleep 1.5
  line pass
}
line pass
free_port && line_port=$REPLY
run_start line "$life_limit" "$sizing_program" fault-proxy --listen "127.0.0.1:$line_port" --to "$guests_port" --mode-file "$run/line"
wait_while=$started wait_for 20 in_use "$line_port" || die "no line: $(cat "$run/line.log")"
appliance_port=$guests_port
guests_port=$line_port
guest_enrol guest1 && guest1=$mounted
faults=(slow silent garbage half refuse hung gone restored netcut full)
seed=100
for fault in "${faults[@]}"; do
  "$sizing_program" make-files --dir "$guest1/$fault" --files 24 --seed $((seed++)) >>"$run/files.log"
  "$sizing_program" make-files --dir "$guest1/$fault.after" --files 2 --seed $((seed++)) >>"$run/files.log"
done
eicar >"$guest1/bad"
guest_start guest1
expect "EICAR denied" is_denied "$guest1/bad"

agent_status() { timeout -s KILL 20 "$agent_program" status --json --config "$run/${1:-guest1}.agent/agent.conf" 2>&1; }
agent_figure() { agent_status "${2:-}" | sed -n "s/.*\"$1\": *\(-\{0,1\}[0-9]*\)[,}].*/\1/p"; }

# during FAULT WHAT: 24 never seen files by 8 threads: all opened within the deadline, known malware is denied on.
during() {
  local debts
  debts=$(agent_figure debt_total)
  opens --dir "$guest1/$1" --threads 8 --limit-ms "$deadline_limit"
  expect "$2: 24 opens, none denied, none failed, none over $deadline_limit ms" [ "$(figure opens),$(figure denied),$(figure failed),$(figure over)" = 24,0,0,0 ]
  printf '  %-44s longest open %9s, %2d of 24 as debt\n' "$2" "$(micros "$(figure max_ns)")" $(($(agent_figure debt_total) - debts))
  expect "$2: known malware denied" is_denied "$guest1/bad"
}

# after FAULT WHAT: everything is as before.
after() {
  local debts
  local began=$SECONDS
  wait_for 75 sessions_are 1 || die "$step: no session 75 s after: $2"
  printf '  %-44s session again after %d s\n' "" $((SECONDS - began))
  debts=$(agent_figure debt_total)
  opens --dir "$guest1/$1.after" --limit-ms "$deadline_limit"
  expect "after $2: 2 opens, none denied" [ "$(figure opens),$(figure denied),$(figure failed),$(figure over)" = 2,0,0,0 ]
  expect "after $2: no debt" [ "$(agent_figure debt_total)" = "$debts" ]
  expect "after $2: EICAR denied" is_denied "$guest1/bad"
}
