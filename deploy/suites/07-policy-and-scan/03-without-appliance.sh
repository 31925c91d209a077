# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
said=$(appliance policy set "$run/policy.conf" --guest "$name")
version=${said##* }
expect "the policy in force" wait_for 10 in_force "$version"
kill_session "$appliance_session"
kill_session "${guest_sessions[guest1]}"
run_start guest1 "$life_limit" "$agent_program" run --config "$run/guest1.agent/agent.conf"
guest_sessions[guest1]=$started
expect "the guest guarded without an appliance" wait_for 30 guest_guards guest1
policy_is_in_force() { agent status | grep -q "^policy_version *$version$"; }
expect "the policy in force without an appliance" wait_for 10 policy_is_in_force
# Without a verdict an open is a debt, an excluded one is none.
debts=$(agent status | sed -n 's/^debt_total *//p')
expect "the excluded file opened" opens_freely "$guest1/in/bad"
expect "and no debt for it" [ "$(agent status | sed -n 's/^debt_total *//p')" = "$debts" ]
appliance_start
expect "the guest back" wait_for 30 sessions_are 1
expect "the policy in force" wait_for 10 in_force "$version"
appliance policy remove --guest "$name" >/dev/null
