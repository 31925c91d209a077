# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
"$sizing_program" make-files --dir "$guest1/files" --files 1500
# Slow enough to be killed in the middle.
echo 'scan.files-per-second = 100' >>"$run/guest1.agent/agent.conf"
kill_session "${guest_sessions[guest1]}"
guest_start guest1
said=$(appliance scans order --all "$guest1/files")
order=${said##* }
has_begun() { [ "$(scan_figure "$order" files)" -ge 200 ]; }
expect "the scan under way" wait_for 60 has_begun
kill_session "${guest_sessions[guest1]}"
at=$(sed -n 's/^figures = \([0-9]*\) .*/\1/p' "$run/guest1.agent/state/scans/order-$order.scan")
expect "its place kept, with $at files" [ "$at" -ge 100 ]
guest_start guest1
expect "the scan finished" wait_for 90 finished "$order"
expect "every file counted once" [ "$(scan_figure "$order" files)" = 1500 ]
expect "gone on and not begun again" grep -q "scan goes on id=order-$order files=$at" "$run/guest1.log"
