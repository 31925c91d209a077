# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
appliance_init
appliance_start
guest_enrol guest1 && guest1=$mounted
"$sizing_program" make-files --dir "$guest1/large" --files 4 --size 20000000 --kind BINARY
{ eicar && head -c 20000000 /dev/zero; } >"$guest1/bad"
guest_start guest1
