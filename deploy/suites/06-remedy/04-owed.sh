# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
appliance_stop
expect "the agent is alone" wait_for 20 status_is connected false
{ eicar && echo; } | write_file "$guest1/home/late"
echo harmless | write_file "$guest1/home/harmless"
opens "$guest1/home/late"
expect "opened without a verdict" [ "$(figure opens),$(figure denied)" = 1,0 ]
opens "$guest1/home/harmless"
expect "opened without a verdict, too" [ "$(figure opens),$(figure denied)" = 1,0 ]
expect "both are owed" wait_for 10 status_is debts_open 2
expect "both are on disk" wait_for 10 grep -Fqs home/harmless "$run/guest1.agent/state/debts.journal"

kill_session "${guest_sessions[guest1]}"
run_start guest1 "$life_limit" "$agent_program" run --config "$guest_config"
guest_sessions[guest1]=$started
wait_while=$started expect "the agent guards again" wait_for 30 guest_guards guest1
expect "both are owed still" wait_for 10 status_is debts_open 2
expect "for the appliance was away" status_is debt_open_appliance_away 2
