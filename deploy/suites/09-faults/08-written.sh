# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
# Eight writers at once; what they close is asked about in the background, as many as the queue takes.
all_asked() { [ "$(agent_figure written_waiting)" = 0 ] && [ $(($(agent_figure written_asked) + $(agent_figure written_dropped) - before)) -ge "$1" ]; }
for burst in 800 4000; do
  before=$(($(agent_figure written_asked) + $(agent_figure written_dropped)))
  dropped=$(agent_figure written_dropped)
  mkdir "$mounted/written$burst"
  writers=()
  began=$(now_ms)
  for i in 1 2 3 4 5 6 7 8; do
    first=$i${burst}0000
    (cd "$mounted/written$burst" && seq "$first" $((first + burst / 8 - 1)) |
      timeout -s KILL "$open_limit" split -l 1 -a 4 -d - "$i-") &
    writers+=($!)
  done
  for writer in "${writers[@]}"; do wait "$writer" || die "$step: a writer failed"; done
  wrote=$(($(now_ms) - began))
  wait_for 60 all_asked $burst || die "$step: written files wait still: $(agent_status | grep ^written)"
  took=$(($(now_ms) - began))
  dropped=$(($(agent_figure written_dropped) - dropped))
  known=$(agent_figure opens_from_memory) debts=$(agent_figure debt_total)
  opens --dir "$mounted/written$burst" --threads 4 --limit-ms "$deadline_limit"
  expect "$burst written files: none denied, none over" [ "$(figure opens),$(figure denied),$(figure failed),$(figure over)" = "$burst,0,0,0" ]
  known=$(($(agent_figure opens_from_memory) - known))
  printf '  %-44s written in %d ms, looked at after %d ms; %d %% known to their next open; %d did not fit the queue\n' \
    "$burst files by 8 writers" $wrote $took $((known * 100 / burst)) $dropped
  expect "all but those that did not fit are known ($known of $burst, $dropped did not fit)" [ $((known + dropped)) -ge $((burst * 95 / 100)) ]
  expect "no debt" [ "$(agent_figure debt_total)" = "$debts" ]
done
look_at_agent "written files"
printf '  %-44s at most %d threads, %d descriptors, %d MB resident\n' "the agent in all of this" "$most_threads" "$most_descriptors" $((most_resident >> 10))
