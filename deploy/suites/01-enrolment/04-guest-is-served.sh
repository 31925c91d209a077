# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
eicar | write_file "$guest1/bad"
guest_start guest1
expect "EICAR denied" is_denied "$guest1/bad"
