# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
# An appliance and guests on this machine, for the demo and the suites. Needs $root, lib/run.sh and an open run.

appliance_program=$root/appliance/target/dist/bin/lazaret-appliance
agent_program=$root/guest-agent/target/dist/bin/lazaret-agent
sizing_program=$root/deploy/sizing/target/dist/bin/lazaret-sizing

# No process of a run outlives this many seconds, whatever becomes of the script.
life_limit=${life_limit:-600}
# A child that opens a guarded file is ended after this many seconds.
open_limit=60

die() {
  echo "${0##*/}: $*" >&2
  exit 3
}

now_ms() { echo $((${EPOCHREALTIME/[.,]/} / 1000)); }

# wait_for SECONDS COMMAND...: until the command succeeds; 1 when it did not in time, or the process $wait_while is gone.
wait_for() {
  local until=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < until)) && [ -d "/proc/${wait_while:-self}" ] || return 1
    sleep 0.1
  done
}

in_use() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Below the range from which the kernel takes ports for outgoing connections.
free_port() {
  local port
  while :; do
    port=$((20000 + (RANDOM * 32768 + RANDOM) % 10000))
    case " ${taken_ports:-} " in *" $port "*) continue ;; esac
    in_use "$port" || break
  done
  taken_ports="${taken_ports:-} $port"
  REPLY=$port
}

# --- the test string ------------------------------------------------------------------------------

# Put together here, so that no scanner eats the checkout.
eicar() {
  # shellcheck disable=SC2016 # the dollars are part of it
  local head='X5O!P%@AP[4\PZX54(P^)7CC)7}$' middle='EICAR-STANDARD-' tail='ANTIVIRUS-TEST-FILE!$H+H*'
  printf '%s%s%s' "$head" "$middle" "$tail"
}

# --- the appliance --------------------------------------------------------------------------------

real_signatures=/var/lib/clamav

has_real_signatures() {
  local name
  for name in main daily; do
    [ -r "$real_signatures/$name.cvd" ] || [ -r "$real_signatures/$name.cld" ] || return 1
  done
}

# shellcheck disable=SC2034 # $signatures is for who sources this
# appliance_init [SIGNATURES]: sets $guests_port, $admin_port, $signatures (in words).
# shellcheck disable=SC2120 # only some of those give signatures
appliance_init() {
  local option=(--test-signatures)
  signatures="the small test set (no real signatures in $real_signatures)"
  if [ $# -gt 0 ]; then
    option=(--signatures "$1")
    signatures="those of $1"
  elif has_real_signatures; then
    option=(--signatures "$real_signatures")
    signatures="the real ones of $real_signatures"
  fi
  free_port && guests_port=$REPLY
  free_port && admin_port=$REPLY
  "$appliance_program" init --dir "$run/appliance" --listen "127.0.0.1:$guests_port" \
    --admin "127.0.0.1:$admin_port" "${option[@]}" >>"$run/appliance-init.log" 2>&1 || {
    cat "$run/appliance-init.log" >&2
    die "lazaret-appliance init failed"
  }
  if grep -qs '^/usr/sbin/clamd (enforce)' /sys/kernel/security/apparmor/profiles; then
    # The profile is made for the distribution's service and its folders; it goes by the program's path.
    cp "$(command -v clamd)" "$run/clamd"
    echo "engine.binary = \"$run/clamd\"" >>"$run/appliance/appliance.conf"
  fi
}

# appliance_start: until it is healthy; sets $appliance_session.
appliance_start() {
  run_start appliance "$life_limit" "$appliance_program" run --config "$run/appliance/appliance.conf"
  appliance_session=$started
  wait_while=$started wait_for 60 appliance_healthy || {
    tail -n 30 "$run/appliance.log" >&2
    die "the appliance is not healthy: $(admin /health)"
  }
}

appliance_stop() { stop_session "$appliance_session" 15; }

admin() { # PATH
  curl -sS --max-time 5 "http://127.0.0.1:$admin_port$1" 2>&1
}

appliance_healthy() {
  curl -fsS --max-time 2 "http://127.0.0.1:$admin_port/health"
}

# metric NAME [LABEL-PATTERN]: the sum of all its samples whose labels match, 0 when there are none.
metric() {
  admin /metrics | awk -v name="$1" -v labels="${2:-}" '
    { sample = $1; sub(/[{].*/, "", sample) }
    sample == name && (labels == "" || $0 ~ labels) { sum += $NF }
    END { printf "%.0f\n", sum }'
}

# --- guests ---------------------------------------------------------------------------------------

# guest_enrol NAME [MEGABYTES]: makes its folder and its file system; sets $mounted and $token.
guest_enrol() {
  mount_image "$1" "${2:-192}"
  token=$("$appliance_program" token create --config "$run/appliance/appliance.conf") ||
    die "no token: $token"
  "$agent_program" enrol --dir "$run/$1.agent" --appliance "127.0.0.1:$guests_port" --token "$token" \
    --guard "$mounted" >>"$run/$1.enrol.log" 2>&1 || {
    cat "$run/$1.enrol.log" >&2
    die "lazaret-agent enrol failed"
  }
}

# guest_start NAME: until the kernel has its mark and the appliance its session; adds to $guest_sessions[NAME].
declare -A guest_sessions=()
guest_start() {
  run_start "$1" "$life_limit" "$agent_program" run --config "$run/$1.agent/agent.conf"
  guest_sessions[$1]=$started
  wait_while=$started wait_for 30 guest_guards "$1" || {
    tail -n 30 "$run/$1.log" >&2
    die "the agent of $1 guards nothing"
  }
  wait_for 15 sessions_are ${#guest_sessions[@]} || {
    tail -n 30 "$run/$1.log" >&2
    die "the agent of $1 has no session after 15 s"
  }
}

guest_guards() { # the kernel's own word: a fanotify descriptor with a mark on a file system
  local pid
  for pid in $(ps -o pid= -s "${guest_sessions[$1]}"); do
    ! grep -qs '^fanotify.*sdev:' /proc/"$pid"/fdinfo/* || return 0
  done
  return 1
}

# refused CODE: the appliance has counted at least one.
refused() { [ "$(metric lazaret_refusals_total "code=\"${1,,}\"")" -ge 1 ] || [ "$(metric lazaret_refusals_total "code=\"$1\"")" -ge 1 ]; }

sessions_are() { [ "$(metric lazaret_sessions)" = "$1" ]; }

guest_resident_kb() { # of its Java process, the only one of the session that is not its timeout
  local pid
  for pid in $(ps -o pid= -s "${guest_sessions[$1]}"); do
    [ "$pid" = "${guest_sessions[$1]}" ] || sed -n 's/^VmRSS:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$pid/status"
  done | sort -n | tail -n 1
}

# --- opening, always from a child with a time limit ------------------------------------------------

# opens ARGUMENT...: lazaret-sizing open-latency; its figures in $figures, one by `figure NAME`.
opens() {
  figures=$(timeout -s KILL "$open_limit" "$sizing_program" open-latency --json "$@" 2>&1) || figures="{} $figures"
}

figure() { sed -n "s/.*\"$1\":\(-\{0,1\}[0-9]*\).*/\1/p" <<<"$figures"; }

micros() { awk -v ns="${1:-0}" 'BEGIN { us = ns / 1000; printf (us < 10 ? "%.2f us" : us < 1000 ? "%.0f us" : "%.1f ms"), us < 1000 ? us : us / 1000 }'; }

# is_denied FILE: 0 when its open ended with EPERM.
is_denied() {
  opens "$1"
  [ "$(figure denied)" = 1 ]
}

# write_file FILE: standard input into a guarded file.
write_file() { timeout -s KILL "$open_limit" tee "$1" >/dev/null; }

# --- names that are the product's own ---------------------------------------------------------------

# shellcheck disable=SC2034 # used by the scripts that source this
{
  asks_metric=lazaret_asks_total
  uploads_metric=lazaret_uploads_total
  scans_metric=lazaret_scans_total
  debts_metric=lazaret_debts_total
  # The agent's deadline for an open is 5 s; what a loaded machine may add to it is the rest.
  deadline_limit=5500
  resident_limit_kb=131072
}

clean_verdicts_of() { # FILE
  local hash
  hash=$(sha256sum <"$1" | cut -d' ' -f1)
  "$appliance_program" verdicts show --config "$run/appliance/appliance.conf" --json "$hash" 2>&1 | grep -i 'clean\|lazaret-appliance:' || true
}
