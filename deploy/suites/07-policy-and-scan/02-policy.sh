# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
expect "EICAR denied before there is a policy" is_denied "$guest1/in/bad"

refused_with() { # TEXT EXPECTED
  echo "$1" >"$run/wrong.conf"
  local said code
  said=$(appliance policy set "$run/wrong.conf" 2>&1)
  code=$?
  [ $code = 2 ] && grep -qF "$2" <<<"$said"
}
expect "a wrong glob refused" refused_with 'exclude.paths = ["/srv/[a"]' 'wrong.conf:1: exclude.paths: "/srv/[a" (expected: a ] after every [)'
expect "a relative path refused" refused_with 'exclude.paths = [srv]' '(expected: an absolute path)'
expect "a duration without unit refused" refused_with 'deadline.open = 5' 'deadline.open: 5 (expected: a duration with its unit'
expect "no policy set" [ "$(metric lazaret_policies)" = 0 ]

printf 'exclude.paths = ["%s/in/"]\ndeadline.open = 2s\nlocked = [deadline.open]\n' "$guest1" >"$run/policy.conf"
said=$(appliance policy set "$run/policy.conf")
version=${said##* }
expect "the policy in force" wait_for 10 in_force "$version"
expect "EICAR in the excluded folder opened" opens_freely "$guest1/in/bad"
expect "EICAR beside it denied" is_denied "$guest1/out/bad"
expect "the own deadline set aside" eval 'agent status --json | grep -q "deadline.open (own setting set aside)"'

appliance policy remove >/dev/null
expect "no policy in force" wait_for 10 eval 'agent status | grep -q "^policy_version *0$"'
expect "EICAR in the folder denied again" is_denied "$guest1/in/bad"
