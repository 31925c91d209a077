# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
expect "EICAR denied" wait_for 20 is_denied "$guest1/bad"
expect "the alert on a detection" wait_for 30 fires LazaretDetection
expect "the file named" grep -q /bad <("$appliance_program" top files --by bytes --config "$run/appliance/appliance.conf")
expect "the guest named" grep -q '"guest":' <("$appliance_program" top guests --json --config "$run/appliance/appliance.conf")
