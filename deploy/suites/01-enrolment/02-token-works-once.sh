# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
guest_enrol guest1 && guest1=$mounted
expect "a private key that only its owner can read" \
  [ -z "$(find "$run/guest1.agent" -name 'identity*' -perm /077)" ]

"$agent_program" enrol --dir "$run/second.agent" --appliance "127.0.0.1:$guests_port" --token "$token" --guard "$guest1" >>"$run/second.log" 2>&1
code=$?
expect "exit code 3 for a used token, got $code" [ $code = 3 ]
expect "no settings for who was refused" [ ! -e "$run/second.agent/agent.conf" ]
expect "the refusal counted" [ "$(metric lazaret_enrolments_total 'token_invalid')" -ge 1 ]
