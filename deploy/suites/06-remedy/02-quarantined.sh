# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
mkdir "$guest1/home"
eicar >"$guest1/home/bad"
chown 1234:1235 "$guest1/home/bad"
chmod 4751 "$guest1/home/bad"
setfattr -n user.lazaret.test -v 'some value' "$guest1/home/bad"
touch -d '2001-02-03 04:05:06.789' "$guest1/home/bad"
traits_before=$(traits "$guest1/home/bad")
plain=$(eicar | sha256sum)
guest_start guest1

expect "EICAR denied" is_denied "$guest1/home/bad"
expect "EICAR gone from its place" wait_for 20 is_gone "$guest1/home/bad"
expect "told as quarantined" wait_for 20 told 1 lazaret_detections_total 'action="quarantined"'
quarantine list
expect "one in quarantine" [ "$code,$(grep -c ' held ' <<<"$said")" = 0,1 ]
id=${said%% *}
quarantine show "$id"
expect "its path, owner and mode are known" grep -Pzq "path +$guest1/home/bad\n(.*\n)*owner +1234\ngroup +1235\nmode +4751\n" <<<"$said"
expect "the vault is private" [ "$(stat -c '%U %a' "$guest1/.quarantine")" = "root 700" ]
expect "what is in the vault can be opened: nobody recognises it" timeout -s KILL "$open_limit" cat "$guest1/.quarantine/$id.masked"
expect "what is in the vault is something else" [ "$(timeout -s KILL "$open_limit" sha256sum <"$guest1/.quarantine/$id.masked")" != "$plain" ]
