# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
# Never into somebody's real signatures.
# shellcheck disable=SC2034 # read by appliance_init
real_signatures=$run/none
appliance_init
signature_directory=$run/appliance/signatures
expect "signatures of its own" [ -d "$signature_directory" ]
appliance_start
guest_enrol guest1 && guest1=$mounted
guest_enrol guest2 && guest2=$mounted
content="a file of which nobody knows any harm, until today"
printf '%s' "$content" >"$guest1/file"
cp "$guest1/file" "$guest2/file"
guest_start guest1
guest_start guest2

# allowed FILE: 0 when its open succeeded.
allowed() {
  opens "$1"
  [ "$(figure opens),$(figure denied),$(figure failed)" = 1,0,0 ]
}

# changed VERDICT: how many verdicts became this one.
changed() { metric lazaret_verdicts_changed_total "verdict=\"$1\""; }

# revocations GUEST: how often its agent was told of verdicts that are not true any more.
revocations() { grep -c 'verdicts revoked' "$run/$1.log"; }

were_told() { # TIMES
  [ "$(revocations guest1)" -ge "$1" ] && [ "$(revocations guest2)" -ge "$1" ]
}
