# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
appliance_init
appliance_start
guest_enrol guest1 && guest1=$mounted
guest_enrol guest2 && guest2=$mounted
"$sizing_program" make-files --dir "$guest1/clean" --files 200
cp -a "$guest1/clean" "$guest2/"
eicar >"$guest1/bad"
eicar >"$guest2/bad"
guest_start guest1
guest_start guest2
