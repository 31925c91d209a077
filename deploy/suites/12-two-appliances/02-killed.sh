# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
load_begins "$guest1/load1"
kill_session "$first_session"
load_ends
expect "600 opens, none denied, none over 2.5 s" [ "$(figure opens),$(figure denied),$(figure failed),$(figure over)" = 600,0,0,0 ]
expect "the guest at the second appliance" serves "$second_port"
expect "nothing allowed unscanned" debts_are 0
expect "EICAR denied" is_denied "$guest1/bad1"
