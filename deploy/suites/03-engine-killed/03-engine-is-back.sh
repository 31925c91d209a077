# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
expect "a healthy appliance" wait_for 60 appliance_healthy
expect "another clamd" [ "$(clamd_of_run)" != "$engine" ]
expect "the restart counted" [ "$(metric lazaret_engine_restarts_total)" -ge 1 ]
expect "EICAR denied" wait_for 20 is_denied "$guest1/bad"
