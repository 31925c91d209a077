# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
figures=$(LAZARET_RUN=$run timeout -s KILL 280 "$sizing_program" kill-loop --json --times "${KILLS:-5}" 2>"$run/kill-loop.log") ||
  die "kill-loop: $(tail -n 5 "$run/kill-loop.log")"
expect "killed ${KILLS:-5} times" [ "$(figure killed)" = "${KILLS:-5}" ]
expect "nothing lost" [ "$(figure verdicts_lost),$(figure reports_lost)" = 0,0 ]
expect "verdicts and reports to lose" [ "$(figure verdicts_told)" -gt 20 ]
