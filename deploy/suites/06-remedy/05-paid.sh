# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
appliance_start
expect "the agent is back" wait_for 20 status_is connected true
# Nobody opens either of them.
expect "the infected one gone from its place" wait_for 120 is_gone "$guest1/home/late"
expect "nothing is owed" wait_for 120 status_is debts_open 0
expect "the harmless one left alone" [ -e "$guest1/home/harmless" ]
quarantine list
expect "the infected one in quarantine" [ "$code,$(grep -c "$guest1/home/late$" <<<"$said")" = 0,1 ]
# What the killed agent could not tell, the next one has told.
expect "the appliance knows what was owed" wait_for 20 told 2 lazaret_debts_total
expect "the appliance knows what was paid" wait_for 20 told 2 lazaret_debts_paid_total
opens "$guest1/home/harmless"
expect "the harmless one opens" [ "$(figure opens),$(figure denied)" = 1,0 ]
quarantine delete "${said%% *}"
expect "deleted for good" [ "$code,$(find "$guest1/.quarantine" -name '*.masked' | wc -l)" = 0,0 ]
