# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
# Nothing is held: what is written is found by the folder's own news.
stop_session "${guest_sessions[guest1]}" 10
echo 'mode = notify' >>"$guest_config"
run_start guest1 "$life_limit" "$agent_program" run --config "$guest_config"
guest_sessions[guest1]=$started
expect "an agent in notify mode" wait_for 30 status_is mode notify
expect "a session" wait_for 20 status_is connected true
quarantine list
held=$(grep -c ' held ' <<<"$said")
mkdir "$guest1/home/new"
{ eicar && echo notify; } >"$guest1/home/new/bad"
echo harmless >"$guest1/home/new/harmless"
expect "what was written is gone from its place, and nobody opened it" wait_for 20 is_gone "$guest1/home/new/bad"
quarantine list
expect "one more in quarantine" [ "$code,$(grep -c ' held ' <<<"$said")" = "0,$((held + 1))" ]
expect "told as quarantined" wait_for 20 status_is reports_waiting 0
expect "the harmless one is there" [ "$(cat "$guest1/home/new/harmless")" = harmless ]
