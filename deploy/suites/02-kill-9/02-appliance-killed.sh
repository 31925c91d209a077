# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
opens --dir "$guest1/clean" --files 1
expect "a clean file opened" [ "$(figure denied),$(figure failed)" = 0,0 ]
expect "one scan" [ "$(metric lazaret_scans_total)" -ge 1 ]
expect "EICAR denied in the first guest" is_denied "$guest1/bad"

kill_session "$appliance_session"
appliance_start
expect "both guests back" wait_for 20 sessions_are 2
uploads=$(metric lazaret_uploads_total)
scans=$(metric lazaret_scans_total)
opens --dir "$guest2/clean" --files 1
expect "the clean file opened in the second guest" [ "$(figure denied),$(figure failed)" = 0,0 ]
expect "EICAR denied in the second guest" is_denied "$guest2/bad"
expect "no upload and no scan" [ "$(metric lazaret_uploads_total),$(metric lazaret_scans_total)" = "$uploads,$scans" ]
expect "answers from the store" [ "$(metric lazaret_answers_total 'source="store"')" -ge 2 ]
