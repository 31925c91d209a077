# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
need setfattr:attr || exit 3
appliance_init
appliance_start
guest_enrol guest1 && guest1=$mounted
guest_config=$run/guest1.agent/agent.conf
# The vault is on the guarded file system itself.
echo "remedy { infected = quarantine, vault = \"$guest1/.quarantine\" }" >>"$guest_config"

agent() { "$agent_program" "$@" --config "$guest_config"; }

# quarantine WORDS...: its exit code in $code, what it says in $said.
quarantine() { # shellcheck disable=SC2034 # used by the steps
  said=$(agent quarantine "$@" 2>>"$run/guest1.quarantine.log") && code=0 || code=$?
}

status_of() { agent status --json | sed -n "s/.*\"$1\": \"\{0,1\}\([^,\"}]*\).*/\1/p"; }
status_is() { [ "$(status_of "$1")" = "$2" ]; }
told() { [ "$(metric "$2" "${3:-}")" -ge "$1" ]; } # LEAST METRIC [LABELS]
is_gone() { [ ! -e "$1" ]; }

# All that a file has beside its content and its inode.
traits() { stat -c '%U:%G %a %s %y' "$1" && getfattr -d -m - --absolute-names "$1" 2>/dev/null | tail -n +2; }
