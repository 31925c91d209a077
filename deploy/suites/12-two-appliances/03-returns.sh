# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
appliance_start
first_session=$appliance_session
expect "the guest back at the first appliance" wait_for 30 serves "$first_port"
expect "EICAR still denied" is_denied "$guest1/bad1"
