# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
expect "the agent installed" machine_install guest "/var/tmp/lazaret-agent_1.0_$architecture.deb"
# By name: see the README.
sed -i 's,^filesystems = auto$,filesystems = ["/"],' "$guest_root/etc/lazaret/agent.conf"
grep -qxF 'filesystems = ["/"]' "$guest_root/etc/lazaret/agent.conf" || die "agent.conf was not changed"
own_only || die "the guest sees this machine's root"

token=$(in_machine appliance lazaret-appliance token create)
expect "enrolled" in_machine guest lazaret-agent enrol --appliance "127.0.0.1:$guests_port" --token "$token"
expect "enrolment starts the agent" wait_for 30 in_machine guest systemctl is-active --quiet lazaret-agent.service
expect "a session" wait_for 30 sessions_are 1
eicar >"$run/eicar"
put() { # FILE: standard input, from inside
  timeout -s KILL 60 nsenter --target "${machine_leader[guest]}" --mount --pid --root tee "$1" >/dev/null
}
opens_in_guest() { in_machine guest cat "$1"; }
denied_in_guest() { ! in_machine guest cat "$1" 2>"$run/denied.log" && grep -q 'Operation not permitted' "$run/denied.log"; }
put /root/bad <"$run/eicar"
echo "nothing to see" | put /root/good
expect "a clean file opens" opens_in_guest /root/good
expect "EICAR does not" wait_for 20 denied_in_guest /root/bad
echo "    from apt-get update to EICAR denied, with all downloads: $(($(now_ms) - install_started)) ms"
expect "check finds nothing wrong with the guest" in_machine guest lazaret-agent check
expect "bash completes" in_machine guest test -s /usr/share/bash-completion/completions/lazaret-agent

agent_pid=$(in_machine guest systemctl show -p MainPID --value lazaret-agent.service)
expect "the agent's classes come from its archive" in_machine guest grep -q lazaret-agent.jsa "/proc/$agent_pid/maps"
echo "    resident: the agent $(($(in_machine guest sed -n 's/^VmRSS:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$agent_pid/status") >> 10)) MB"
