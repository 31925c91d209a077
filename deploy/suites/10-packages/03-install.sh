# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
free_port && guests_port=$REPLY
free_port && admin_port=$REPLY
packages_of() { cp "$run/packages/$2_$3_$architecture.deb" "$1/var/tmp/"; }
packages_of "$run/appliance-root" lazaret-appliance 1.0
packages_of "$run/appliance-root" lazaret-appliance 1.1
packages_of "$guest_root" lazaret-agent 1.0
packages_of "$guest_root" lazaret-agent 1.1

# Nothing here may ask the outer world for signatures; a small set takes their place.
in_machine appliance systemctl mask --quiet clamav-freshclam.service clamav-daemon.service clamav-daemon.socket
install_started=$(now_ms)
expect "apt-get update" in_machine appliance apt-get update -q
mkdir -p "$run/appliance-root/var/lib/clamav"
cp "$root"/appliance/src/main/resources/io/lazaret/appliance/engine/test-signatures/* "$run/appliance-root/var/lib/clamav/"
expect "the appliance installed" machine_install appliance "/var/tmp/lazaret-appliance_1.0_$architecture.deb"
expect "its manual" in_machine appliance test -s /usr/share/man/man8/lazaret-appliance.8.gz

# Other ports, because the machine shares this machine's network; a changed conffile also has to survive the upgrade.
sed -i "s/:7310\"/:$guests_port\"/; s/:7311\"/:$admin_port\"/" "$run/appliance-root/etc/lazaret/appliance.conf"
expect "a restart" in_machine appliance systemctl restart lazaret-appliance.service
expect "a healthy appliance" wait_for 60 appliance_healthy

runs_as() { # MACHINE COMMAND USER
  [ "$(in_machine "$1" ps -o user:20= -C "$2" | sort -u | tr -d ' ')" = "$3" ]
}
no_capabilities() { # MACHINE COMMAND
  in_machine "$1" sh -c "grep -h ^CapBnd: \$(pgrep -x $2 | sed 's,.*,/proc/&/status,')" | awk '$2 !~ /^0+$/ { bad = 1 } END { exit bad || NR == 0 }'
}
in_machine appliance sh -c 'command -v ps >/dev/null' || expect "ps" machine_install appliance procps
expect "the appliance runs as lazaret" runs_as appliance java lazaret
expect "clamd runs as lazaret-engine" runs_as appliance clamd lazaret-engine
expect "the appliance has no capability" no_capabilities appliance java
expect "clamd has no capability" no_capabilities appliance clamd
