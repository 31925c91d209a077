# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
# So many files are opened once, and then again; LAZARET_FILES=1000000 for the full number.
many=${LAZARET_FILES:-10000}
mounted=$run/many
mkdir "$mounted"
truncate -s $((many / 1024 + 200))M "$run/many.img"
mkfs.ext4 -q -F -m 0 -O ^has_journal,inline_data -N $((many + 20000)) "$run/many.img"
mount -o loop,noatime "$run/many.img" "$mounted"
mkdir "$mounted/files"
# A thousand contents.
(cd "$mounted/files" && awk -v n="$many" 'BEGIN { for (i = 0; i < n; i++) print "content", i % 1000 }' | split -l 1 -a 7 -d - f)
settings "filesystems = [\"$mounted\"]"
unset "guest_sessions[guest1]"
guest_start guest1
resident=$(guest_resident_kb guest1)
open_limit=500 opens --dir "$mounted/files" --threads 4 --limit-ms "$deadline_limit"
expect "$many files: none denied, none over" [ "$(figure opens),$(figure denied),$(figure failed),$(figure over)" = "$many,0,0,0" ]
printf '  %-44s p50 %s, p99 %s, longest %s\n' "$many files" "$(micros "$(figure p50_ns)")" "$(micros "$(figure p99_ns)")" "$(micros "$(figure max_ns)")"
began=$(now_ms)
expect "status answers, nothing dropped" [ "$(agent_figure queue_overflows)" = 0 ]
printf '  %-44s resident before %d MB, after %d MB; status answered in %d ms; debts %s\n' "" $((resident >> 10)) $(($(guest_resident_kb guest1) >> 10)) $(($(now_ms) - began)) "$(agent_figure debt_total)"
