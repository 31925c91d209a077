# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
expect "no verdict has changed" [ "$(changed infected)" = 0 ]
printf 'Turned.Bad:0:*:%s\n' "$(printf '%s' "$content" | od -An -v -tx1 | tr -d ' \n')" >"$run/new.ndb"
since=$(now_ms)
mv "$run/new.ndb" "$signature_directory/new.ndb"
expect "both guests told" wait_for 60 were_told 1
echo "    from the signature to both guests' revocations: $(($(now_ms) - since)) ms"
expect "one verdict changed" [ "$(changed infected)" = 1 ]
expect "verified by one guest" [ "$(metric lazaret_reverifications_total 'result="verified"')" -ge 1 ]
expect "the next open in the first guest denied" is_denied "$guest1/file"
expect "the next open in the second guest denied" is_denied "$guest2/file"
