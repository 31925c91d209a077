# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
hash=$(sha256sum <"$run/eicar" | cut -d' ' -f1)
expect "the appliance upgraded" machine_install appliance "/var/tmp/lazaret-appliance_1.1_$architecture.deb"
expect "a healthy appliance" wait_for 60 appliance_healthy
expect "its settings kept" in_machine appliance grep -q ":$guests_port" /etc/lazaret/appliance.conf
expect "its verdicts kept" in_machine appliance lazaret-appliance verdicts show "$hash"
expect "the agent upgraded" machine_install guest "/var/tmp/lazaret-agent_1.1_$architecture.deb"
expect "a session again" wait_for 60 sessions_are 1
# shellcheck disable=SC2016 # a format of dpkg-query's
is_version() { [ "$(in_machine guest dpkg-query --show --showformat='${Version}' lazaret-agent)" = "$1" ]; }
expect "version 1.1" is_version 1.1
expect "EICAR denied" wait_for 20 denied_in_guest /root/bad
expect "a clean file opens" opens_in_guest /root/good
