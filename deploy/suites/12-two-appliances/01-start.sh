# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
appliance_init
appliance_start
guest_enrol guest1 && guest1=$mounted
appliance_stop
first_port=$guests_port first_admin=$admin_port
free_port && second_port=$REPLY
free_port && second_admin=$REPLY
cp -a "$run/appliance" "$run/second"
sed -i "s/:$first_port\"/:$second_port\"/; s/:$first_admin\"/:$second_admin\"/" "$run/second/appliance.conf"
appliance_start
first_session=$appliance_session
run_start second "$life_limit" "$appliance_program" run --config "$run/second/appliance.conf"
admin_port=$second_admin
expect "a healthy second appliance" wait_for 60 appliance_healthy
admin_port=$first_admin

cat >>"$run/guest1.agent/agent.conf" <<TEXT
appliances = ["127.0.0.1:$first_port", "127.0.0.1:$second_port"]
return-after = 2s
TEXT
for load in 1 2 3; do
  "$sizing_program" make-files --dir "$guest1/load$load" --files 600 --size 4000 --seed $load
  { eicar && echo "$load"; } >"$guest1/bad$load"
done
guest_start guest1

serves() { # PORT: whether the guest's session is there
  "$agent_program" status --dir "$run/guest1.agent" --json | grep -q "\"appliance\": *\"127.0.0.1:$1\""
}
debts_are() { # NUMBER
  "$agent_program" status --dir "$run/guest1.agent" --json | grep -Eq "\"debt_total\": *\"?$1\"?[,}]?"
}
# Opens a folder's files by four threads meanwhile.
load_begins() {
  timeout -s KILL "$open_limit" "$sizing_program" open-latency --json --dir "$1" --threads 4 --pause-ms 10 --limit-ms 2500 >"$run/load.json" 2>>"$run/load.log" &
  load=$!
  sleep 1.5
}
load_ends() {
  wait "$load"
  figures=$(cat "$run/load.json")
}
expect "the guest at the first appliance" wait_for 10 serves "$first_port"
