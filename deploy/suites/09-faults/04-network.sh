# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
# The guest's agent in a network of its own, joined to this one by two cables that lead to its appliance.
kill_session "${guest_sessions[guest1]}"
run_start net "$life_limit" unshare --net sleep "$life_limit"
wait_for 5 pgrep -P "$started" -x sleep || die "no network namespace: $(cat "$run/net.log")"
net=$(pgrep -P "$started" -x sleep)
[ "$(readlink "/proc/$net/ns/net")" != "$(readlink /proc/self/ns/net)" ] || die "no network of its own"
! ip address show | grep -q 'inet 198\.51\.100\.' || die "198.51.100.0/29 is in use here (expected: free, it is for documentation)"
in_net() { nsenter -t "$net" --net "$@"; }
in_net ip link set lo up
line pass
free_port && cable_port=$REPLY
cables=()
for i in 0 1; do
  cables[i]=lz$((RANDOM % 10000))-$i
  here=198.51.100.$((i * 4 + 1)) there=198.51.100.$((i * 4 + 2))
  ip link add "${cables[i]}" type veth peer name "eth$i" netns "$net" || die "no veth"
  ip address add "$here/30" dev "${cables[i]}"
  ip link set "${cables[i]}" up
  in_net ip address add "$there/30" dev "eth$i"
  in_net ip link set "eth$i" up
  run_start "cable$i" "$life_limit" "$sizing_program" fault-proxy --listen "$here:$cable_port" --to "$appliance_port" --mode-file "$run/line"
done
cable_listens() { (exec 3<>"/dev/tcp/198.51.100.$1/$cable_port"); }
for here in 1 5; do wait_for 20 cable_listens $here || die "no line: $(cat "$run"/cable?.log)"; done

# Each side sends to an address that nobody has: all is dropped on the way, and nobody is told, neither by RST nor by ICMP.
nowhere=02:00:00:00:00:01
black_hole() { # CABLE
  ip neighbour replace "198.51.100.$(($1 * 4 + 2))" lladdr $nowhere dev "${cables[$1]}" nud permanent
  in_net ip neighbour replace "198.51.100.$(($1 * 4 + 1))" lladdr $nowhere dev "eth$1" nud permanent
}
fill_hole() { # CABLE
  ip neighbour del "198.51.100.$(($1 * 4 + 2))" dev "${cables[$1]}"
  in_net ip neighbour del "198.51.100.$(($1 * 4 + 1))" dev "eth$1"
}

settings "appliances = [\"198.51.100.1:$cable_port\", \"198.51.100.5:$cable_port\"]" 'return-after = 2s'
deadline_limit=5500
run_start guest1 "$life_limit" nsenter -t "$net" --net "$agent_program" run --config "$run/guest1.agent/agent.conf"
guest_sessions[guest1]=$started
wait_while=$started wait_for 30 guest_guards guest1 || die "the agent guards nothing: $(tail -n 5 "$run/guest1.log")"
at() { [ "$(agent_figure appliance)" = "198.51.100.$1:$cable_port" ]; }
wait_for 20 at 1 || die "no session over the first cable"
expect "EICAR denied" is_denied "$guest1/bad"

debts=$(agent_figure debt_total)
black_hole 0
opens --dir "$guest1/moved" --threads 8 --limit-ms "$deadline_limit"
printf '  %-44s longest open %9s, %2d of 24 as debt\n' "a black hole, another way" "$(micros "$(figure max_ns)")" $(($(agent_figure debt_total) - debts))
expect "24 opens, none denied, none failed, none over" [ "$(figure opens),$(figure denied),$(figure failed),$(figure over)" = 24,0,0,0 ]
expect "none a debt" [ "$(agent_figure debt_total)" = "$debts" ]
expect "the guest over the second cable" at 5
fill_hole 0
began=$SECONDS
wait_for 30 at 1 || die "$step: the guest does not return to the first cable"
printf '  %-44s returned after %d s\n' "" $((SECONDS - began))

black_hole 0
black_hole 1
during hole "a black hole, no other way"
fill_hole 0
fill_hole 1
after hole "a black hole"

for i in 0 1; do ip link set "${cables[i]}" down; done
during netcut "network cut"
for i in 0 1; do ip link set "${cables[i]}" up; done
after netcut "a network cut"
pay "all faults so far, and kill -9"
stop_session "${guest_sessions[guest1]}" 10
for i in 0 1; do ip link del "${cables[i]}"; done
