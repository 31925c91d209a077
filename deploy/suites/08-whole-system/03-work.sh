# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
# agent_cpu_ms: what the agent has used of the processors so far.
agent_pid=$(session_processes "${guest_sessions[guarded]}" | while read -r pid; do
  [ "$(cat "/proc/$pid/comm" 2>/dev/null)" != java ] || echo "$pid"
done)
agent_cpu_ms() { awk '{ sub(/.*\) /, ""); print ($12 + $13) * 10 }' "/proc/$agent_pid/stat"; }

# measure MACHINE USER WORKLOAD: sets $took to milliseconds.
measure() {
  local began
  began=$(now_ms)
  machine_run "$1" "$2" "work-$3" >>"$run/work-$3.log" 2>&1 || {
    tail -n 20 "$run/work-$3.log" >&2
    die "$step: $3 failed on the machine $1"
  }
  took=$(($(now_ms) - began))
}

# What was written last is asked about in the background: that is work of the run before.
nothing_waits() { [ "$(agent_figure written_waiting)" = 0 ]; }
settle() { wait_for 60 nothing_waits || die "$step: written files are still asked about after 60 s"; }

median() { printf '%s\n' "$@" | sort -n | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

# exclude USER: by the appliance's policy, as one does with a database server.
exclude() {
  printf 'exclude.users = [%s]\n' "$(chroot "$run/guarded" id -u "$1")" >"$run/policy.conf"
  "$appliance_program" policy set "$run/policy.conf" --config "$run/appliance/appliance.conf" >"$run/policy.log" 2>&1 ||
    die "$step: no policy: $(cat "$run/policy.log")"
  wait_for 10 has_policy || die "$step: the policy is not in force"
}
has_policy() { [ "$(agent_figure policy_version)" -gt 0 ]; }
has_no_policy() { ! has_policy; }

works=(root:packages user:compile user:git user:archives user:sqlite)
[ -z "$long" ] || works+=(user:git-new user:archives-new postgres:postgresql user:browser postgres:postgresql:excluded)
[ -z "${LAZARET_WORKS:-}" ] || read -ra works <<<"$LAZARET_WORKS"
printf '  %-25s %12s %14s %14s %8s %12s %14s\n' workload unprotected 'first, cold' warm ratio 'agent CPU' 'C, allows'
for work in "${works[@]}"; do
  user=${work%%:*}
  name=${work#*:}
  title=$name
  if [[ $name == *:excluded ]]; then
    name=${name%:*}
    title="$name, excluded"
    exclude "$user"
  fi
  plain=() warm=() ratios=() allowed=()
  for beside in "${machines_beside[@]}"; do measure "$beside" "$user" "$name"; done
  settle
  measure guarded "$user" "$name"
  cold=$took
  # The second time the files that the first one wrote are known too.
  settle
  measure guarded "$user" "$name"
  cpu=0
  for ((i = 0; i < rounds; i++)); do
    settle
    if ((i % 2)); then
      measure plain "$user" "$name" && plain+=("$took")
    fi
    before=$(agent_cpu_ms)
    measure guarded "$user" "$name" && warm+=("$took")
    settle
    cpu=$((cpu + $(agent_cpu_ms) - before))
    if ((i % 2 == 0)); then
      measure plain "$user" "$name" && plain+=("$took")
    fi
    if ((rounds > 1)); then
      measure allowed "$user" "$name"
      allowed+=("$(awk -v a="$took" -v b="${plain[-1]}" 'BEGIN { printf "%.3f", a / b }')")
    fi
    ratios+=("$(awk -v a="${warm[-1]}" -v b="${plain[-1]}" 'BEGIN { printf "%.3f", a / b }')")
  done
  printf '  %-25s %9s ms %11s ms %11s ms %8s %9s ms %14s\n' "$title" "$(median "${plain[@]}")" "$cold" "$(median "${warm[@]}")" "$(median "${ratios[@]}")" $((cpu / rounds)) \
    "$( ((rounds == 1)) || median "${allowed[@]}")"
  echo "$title plain: ${plain[*]} warm: ${warm[*]} ratios: ${ratios[*]} allowed: ${allowed[*]}" >>"$run/measured.log"
  if has_policy; then
    "$appliance_program" policy remove --config "$run/appliance/appliance.conf" >>"$run/policy.log" 2>&1
    wait_for 10 has_no_policy || die "$step: the policy stays"
  fi
done
agent_status >"$run/status.json"
count_of() { sed -n "s/.*\"$1\": *\([0-9]*\)[,}].*/\1/p" "$run/status.json"; }
for count in opens_denied detections deadlines_passed overloads events_unreadable queue_overflows responses_refused responses_lost events_malformed; do
  expect "no $count after all that" [ "$(count_of $count)" = 0 ]
done
echo "  opens seen $(count_of opens_seen), asked $(count_of opens_asked), from memory $(count_of opens_from_memory), left to the kernel $(count_of ignore_marks_set), debts $(count_of debts) ($(grep -o '"debt_[a-z_]*": *[1-9][0-9]*' "$run/status.json" | tr -d '"' | paste -sd ' ')), agent $(($(count_of resident_bytes) >> 20)) MB"
