# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
scan_state() { appliance scans show "$1" --json | sed -n 's/.*"state":"\([a-z]*\)".*/\1/p'; }
scan_figure() { appliance scans show "$1" --json | sed -n "s/.*\"$2\":\([0-9]*\).*/\1/p"; }
finished() { [ "$(scan_state "$1")" = finished ]; }

said=$(appliance scans order --guest "$name" "$guest1")
order=${said##* }
expect "the scan finished" wait_for 60 finished "$order"
expect "both EICARs found" [ "$(scan_figure "$order" infected)" = 2 ]
agent scan --status >>"$run/scans.log"
code=$?
expect "exit code 1 for what was found, got $code" [ $code = 1 ]
expect "both named" [ "$(agent scan --show "order-$order" | grep -c '^kind=infected')" = 2 ]
finish_is_noted() { appliance audit --kind scan_finished | grep -q "order $order"; }
expect "a finished scan in the audit" finish_is_noted
