# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
quarantine submit "$id"
expect "asked again, it is infected" [ "$code" = 1 ]
quarantine restore "$id"
expect "not restored while it is infected" [ "$code" = 1 ]
expect "still not in its place" is_gone "$guest1/home/bad"
quarantine restore nonsense
expect "an unknown id is wrong use" [ "$code" = 2 ]

quarantine restore "$id" --force
expect "restored by force" [ "$code" = 0 ]
expect "with all it had" [ "$(traits "$guest1/home/bad")" = "$traits_before" ]
expect "still denied" is_denied "$guest1/home/bad"
expect "but left where it is" wait_for 20 grep -q 'reason=RELEASED' "$run/guest1.log"
expect "in its place" [ -e "$guest1/home/bad" ]
quarantine list
expect "nothing is in quarantine" [ "$code,$(grep -c ' held ' <<<"$said")" = 0,0 ]

stop_session "${guest_sessions[guest1]}" 15
expect "with the same content" [ "$(sha256sum <"$guest1/home/bad")" = "$plain" ]
rm "$guest1/home/bad"
guest_start guest1
