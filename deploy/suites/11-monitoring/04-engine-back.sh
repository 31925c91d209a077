# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
mv "$run/clamd.away" "$run/clamd"
expect "a healthy appliance" wait_for 70 appliance_healthy
expect "the alert over" wait_for 30 fires_not LazaretEngineBlind
expect "the alert on the detection still there" fires LazaretDetection
