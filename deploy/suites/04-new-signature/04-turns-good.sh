# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
rm "$signature_directory/new.ndb"
expect "both guests told" wait_for 60 were_told 2
expect "the verdict changed back" [ "$(changed clean)" = 1 ]
expect "the next open in the first guest allowed" allowed "$guest1/file"
expect "the next open in the second guest allowed" allowed "$guest2/file"
