# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
appliance_init
appliance_start
guest_enrol guest1 && guest1=$mounted
echo 'deadline.open = 9s' >>"$run/guest1.agent/agent.conf"
mkdir "$guest1/in" "$guest1/out" "$guest1/files"
eicar >"$guest1/in/bad"
eicar >"$guest1/out/bad"
guest_start guest1

appliance() { "$appliance_program" "$@" --config "$run/appliance/appliance.conf"; }
agent() { "$agent_program" "$@" --config "$run/guest1.agent/agent.conf"; }

# The guest's name at the appliance.
guest_name() { appliance guests list --json | sed -n 's/.*"name":"\([^"]*\)".*/\1/p' | head -n 1; }
name=$(guest_name)

in_force() { # VERSION: the guest says so, here and at the appliance
  agent status | grep -q "^policy_version *$1$" && appliance guests show "$name" | grep -q "^policyInForce *$1$"
}

opens_freely() {
  opens "$1"
  [ "$(figure opens),$(figure denied)" = 1,0 ]
}
