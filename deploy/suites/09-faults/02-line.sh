# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
for fault in "slow:a byte a second" "silent:takes everything, says nothing" "garbage:wrong bytes" "half:half a record, then nothing" "refuse:closes every connection"; do
  name=${fault%%:*}
  line "$name"
  during "$name" "line: ${fault#*:}"
  mend
  after "$name" "a bad line ($name)"
done
