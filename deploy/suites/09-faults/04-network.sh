# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
# The guest's agent in a network of its own, joined to this one by a cable that can be pulled.
kill_session "${guest_sessions[guest1]}"
cable=lz$((RANDOM % 10000))
run_start net "$life_limit" unshare --net sleep "$life_limit"
wait_for 5 pgrep -P "$started" -x sleep || die "no network namespace: $(cat "$run/net.log")"
net=$(pgrep -P "$started" -x sleep)
[ "$(readlink "/proc/$net/ns/net")" != "$(readlink /proc/self/ns/net)" ] || die "no network of its own"
! ip address show | grep -q 'inet 198\.51\.100\.' || die "198.51.100.0/30 is in use here (expected: free, it is for documentation)"
ip link add "$cable" type veth peer name eth0 netns "$net" || die "no veth"
ip address add 198.51.100.1/30 dev "$cable"
ip link set "$cable" up
nsenter -t "$net" --net sh -c 'ip address add 198.51.100.2/30 dev eth0 && ip link set eth0 up && ip link set lo up'
free_port && cable_port=$REPLY
line pass
run_start cable "$life_limit" "$sizing_program" fault-proxy --listen "198.51.100.1:$cable_port" --to "$appliance_port" --mode-file "$run/line"
cable_listens() { (exec 3<>"/dev/tcp/198.51.100.1/$cable_port"); }
wait_while=$started wait_for 20 cable_listens || die "no line: $(cat "$run/cable.log")"
sed -i "s/^appliances = .*/appliances = [\"198.51.100.1:$cable_port\"]/" "$run/guest1.agent/agent.conf"
run_start guest1 "$life_limit" nsenter -t "$net" --net "$agent_program" run --config "$run/guest1.agent/agent.conf"
guest_sessions[guest1]=$started
wait_while=$started wait_for 30 guest_guards guest1 || die "the agent guards nothing: $(tail -n 5 "$run/guest1.log")"
wait_for 20 sessions_are 1 || die "no session over the cable"
expect "EICAR denied" is_denied "$guest1/bad"

ip link set "$cable" down
during netcut "network cut"
ip link set "$cable" up
after netcut "a network cut"
sed -i "s/^appliances = .*/appliances = [\"127.0.0.1:$line_port\"]/" "$run/guest1.agent/agent.conf"
stop_session "${guest_sessions[guest1]}" 10
ip link del "$cable"
