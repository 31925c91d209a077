# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
left() { # MACHINE: files of ours, but for what apt, the journal and step 3 keep
  in_machine "$1" find / -xdev \( -path /var/tmp -o -path /var/log -o -path /var/cache -o -path /var/lib/clamav -o -path /proc -o -path /root \) -prune -o -iname '*lazaret*' -print
}
gone() { # MACHINE PACKAGE USER...
  local machine=$1 package=$2 user files
  shift 2
  files=$(left "$machine")
  [ -z "$files" ] || { echo "$files"; return 1; }
  for user in "$@"; do
    ! in_machine "$machine" getent passwd "$user" || return 1
  done
  ! in_machine "$machine" systemctl cat "$package.service"
}
expect "the agent removed" in_machine guest apt-get remove -y lazaret-agent
expect "EICAR is nobody's business now" in_machine guest cat /root/bad
expect "its settings stay" in_machine guest test -e /etc/lazaret/agent.conf
expect "the agent purged" in_machine guest apt-get purge -y lazaret-agent
expect "nothing of the agent left" gone guest lazaret-agent
expect "the appliance removed" in_machine appliance apt-get remove -y lazaret-appliance
expect "its state stays" in_machine appliance test -e /var/lib/lazaret-appliance/ledger.db
expect "the appliance purged" in_machine appliance apt-get purge -y lazaret-appliance
expect "nothing of the appliance left" gone appliance lazaret-appliance lazaret lazaret-engine
