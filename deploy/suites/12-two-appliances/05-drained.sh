# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
expect "the guest back at the first appliance" wait_for 60 serves "$first_port"
load_begins "$guest1/load3"
stop_session "$first_session" 15 &
stopping=$!
expect "the guest sent elsewhere within the time of drain" wait_for 6 serves "$second_port"
load_ends
wait $stopping
expect "600 opens, none denied, none over 2.5 s" [ "$(figure opens),$(figure denied),$(figure failed),$(figure over)" = 600,0,0,0 ]
printf '  %-44s longest open %9s\n' "sent elsewhere" "$(micros "$(figure max_ns)")"
expect "nothing allowed unscanned" debts_are 0
expect "EICAR denied" is_denied "$guest1/bad3"
