# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
for _ in 1 2 3; do
  expect "the file opened in the first guest" allowed "$guest1/file"
  expect "the file opened in the second guest" allowed "$guest2/file"
done
asks=$(metric lazaret_asks_total)
expect "and once more in the first" allowed "$guest1/file"
expect "and once more in the second" allowed "$guest2/file"
expect "without asking the appliance" [ "$(metric lazaret_asks_total)" = "$asks" ]
