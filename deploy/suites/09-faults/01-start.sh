# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
need ip:iproute2 unshare:util-linux nsenter:util-linux pgrep:procps perl:perl-base || die "programs are missing"
appliance_init
appliance_start
# The guest reaches its appliance over a line that can be made bad.
# In one step: the proxy reads it all the time.
line() { echo "$1" >"$run/line.new" && mv "$run/line.new" "$run/line"; }
# What is still on the line is cut off before it is good again.
mend() {
  line refuse
  sleep 0.5
  line pass
}
line pass
free_port && line_port=$REPLY
run_start line "$life_limit" "$sizing_program" fault-proxy --listen "127.0.0.1:$line_port" --to "$guests_port" --mode-file "$run/line"
wait_while=$started wait_for 20 in_use "$line_port" || die "no line: $(cat "$run/line.log")"
appliance_port=$guests_port
guests_port=$line_port
guest_enrol guest1 && guest1=$mounted
faults=(slow silent garbage half refuse hung gone moved hole netcut full state)
seed=100
for fault in "${faults[@]}"; do
  "$sizing_program" make-files --dir "$guest1/$fault" --files 24 --seed $((seed++)) >>"$run/files.log"
  "$sizing_program" make-files --dir "$guest1/$fault.after" --files 2 --seed $((seed++)) >>"$run/files.log"
done
eicar >"$guest1/bad"
# The machine is busy with these very faults: debts do not wait for it to be quiet.
printf 'scan { pause-cpu = 0, pause-io = 0, pause-memory = 0 }\n' >>"$run/guest1.agent/agent.conf"
cp "$run/guest1.agent/agent.conf" "$run/agent.conf"
# settings [LINE]...: the guest's from its next start on, with these besides.
settings() {
  cp "$run/agent.conf" "$run/guest1.agent/agent.conf"
  printf '%s\n' "$@" >>"$run/guest1.agent/agent.conf"
}
# Some faults are waited for until the deadline.
settings 'deadline.open = 3s'
deadline_limit=3500
guest_start guest1
expect "EICAR denied" is_denied "$guest1/bad"

# The agent's own word, from its socket: starting a Java for each look would take as long as all the rest.
# shellcheck disable=SC2016 # the dollars are Perl's
agent_status() {
  timeout -s KILL 20 perl -MIO::Socket::UNIX -e '$s = IO::Socket::UNIX->new(Peer => $ARGV[0]) or die "$ARGV[0]: $!\n";
    print $s "status\n"; $s->flush; while (<$s>) { last if $_ eq ".\n"; print }' "$run/guest1.agent/agent.sock" 2>&1
}
agent_figure() { agent_status | sed -n "s/^$1=//p"; }
agent_has_session() { [ "$(agent_figure connected)" = true ]; }
agent_java() { session_processes "${guest_sessions[guest1]}" | while read -r pid; do [ "$(cat "/proc/$pid/comm" 2>/dev/null)" != java ] || echo "$pid"; done; }

# A fault may cost the agent nothing that it does not give back.
most_threads=0 most_descriptors=0 most_resident=0
look_at_agent() {
  local pid threads descriptors resident
  pid=$(agent_java)
  threads=$(find "/proc/$pid/task" -mindepth 1 -maxdepth 1 | wc -l)
  descriptors=$(find "/proc/$pid/fd" -mindepth 1 -maxdepth 1 | wc -l)
  resident=$(guest_resident_kb guest1)
  ((threads <= most_threads)) || most_threads=$threads
  ((descriptors <= most_descriptors)) || most_descriptors=$descriptors
  ((resident <= most_resident)) || most_resident=$resident
  expect "$1: at most 32 threads, 96 descriptors, $resident_limit_kb kB resident (has: $threads, $descriptors, $resident)" \
    [ $((threads <= 32 && descriptors <= 96 && resident <= resident_limit_kb)) = 1 ]
}

# during FAULT WHAT: 24 never seen files by 8 threads: all opened within the deadline, each a debt and none remembered as
# clean, known malware is denied on.
during() {
  local debts all one
  debts=$(agent_figure debt_total)
  opens --dir "$guest1/$1" --threads 8 --limit-ms "$deadline_limit"
  all="$(figure opens),$(figure denied),$(figure failed),$(figure over)"
  printf '  %-44s longest open %9s, %2d of 24 as debt\n' "$2" "$(micros "$(figure max_ns)")" $(($(agent_figure debt_total) - debts))
  expect "$2: 24 opens, none denied, none failed, none over $deadline_limit ms" [ "$all" = 24,0,0,0 ]
  expect "$2: each of 24 opens a debt" [ $(($(agent_figure debt_total) - debts)) = 24 ]
  look_at_agent "$2"
  one=$(find "$guest1/$1" -type f -print -quit)
  opens "$guest1/bad" "$one"
  expect "$2: known malware denied, an open as before" [ "$(figure opens),$(figure denied),$(figure failed)" = 2,1,0 ]
  expect "$2: what was allowed is not known as clean" [ $(($(agent_figure debt_total) - debts)) = 25 ]
}

# after FAULT WHAT: everything is as before.
after() {
  local debts
  local began
  began=$(now_ms)
  wait_for 75 agent_has_session || die "$step: no session 75 s after: $2"
  printf '  %-44s session again after %d.%d s\n' "" $((($(now_ms) - began) / 1000)) $((($(now_ms) - began) % 1000 / 100))
  debts=$(agent_figure debt_total)
  opens --limit-ms "$deadline_limit" "$guest1/$1.after"/* "$guest1/bad"
  expect "after $2: 3 opens, EICAR denied, nothing else" [ "$(figure opens),$(figure denied),$(figure failed),$(figure over)" = 3,1,0,0 ]
  expect "after $2: no debt" [ "$(agent_figure debt_total)" = "$debts" ]
}

debts_are_paid() { [ "$(agent_figure debts_open)" = 0 ]; }
# All that was allowed unscanned is scanned once the appliance is back. Debts begin to be due after 10 s.
pay() {
  local began=$SECONDS owed
  owed=$(agent_figure debts_open)
  wait_for 60 debts_are_paid || die "$step: $(agent_figure debts_open) of $owed debts are open after 60 s: $(agent_status | grep '^debt')"
  printf '  %-44s %d open debts paid after %d s more\n' "$1" "$owed" $((SECONDS - began))
  expect "no debt given up or dropped" [ "$(agent_figure debts_gone),$(agent_figure debts_dropped)" = 0,0 ]
}
