# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
# One run of a script that starts processes and mounts images: its folder, what it started, and the end of all of it.
#
# A run is a folder /tmp/lazaret-run.XXXXXXXX (below /tmp, the only place where Debian's AppArmor profile lets clamd read). Everything
# started carries LAZARET_RUN=<folder> in its environment, so a run's processes are found without guessing. A keeper process waits for the owner's end and cleans up after it,
# also when the owner was killed; the next run cleans up what even the keeper could not.

run_open() { # sets $run
  run=$(mktemp -d /tmp/lazaret-run.XXXXXXXX)
  chmod 711 "$run"
  process_id $$ >"$run/owner"
  # It must not hold the owner's locks.
  (trap '' INT TERM HUP; exec 7>&- 8>&-; exec env -u LAZARET_RUN setsid bash "$root/deploy/lib/keeper" "$run" >/dev/null 2>&1 </dev/null) &
}

# A process by number and start time, so that a number used again is not mistaken for it.
process_id() { echo "$1 $(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20)"; }

is_alive() { # "PID STARTTIME"
  [ -n "$1" ] && [ -d "/proc/${1%% *}" ] && [ "$(process_id "${1%% *}")" = "$1" ]
}

# run_start NAME SECONDS COMMAND...: in the background, in a session of its own, killed after so many seconds whatever
# happens; sets $started to its session. Output goes to <run>/NAME.log.
run_start() {
  local name=$1 limit=$2
  shift 2
  LAZARET_RUN=$run setsid timeout -s KILL "$limit" "$@" >>"$run/$name.log" 2>&1 </dev/null &
  started=$!
  # The shell is not to tell of its end.
  disown "$started"
}

# The ids of all processes of a run. Nothing else tells them: numbers of processes and sessions are used again.
run_processes() { # RUN
  env -u LAZARET_RUN grep -lzxsF "LAZARET_RUN=$1" /proc/[0-9]*/environ 2>/dev/null | cut -d/ -f3
}

# The ids of one session's processes, as far as they are of this run.
session_processes() { # SESSION
  ps -o pid= -s "$1" | tr -d ' ' | grep -xFf <(run_processes "$run") || true
}

run_signal() { # RUN SIGNAL
  local pid
  for pid in $(run_processes "$1" 2>/dev/null | sort -un); do
    kill "-$2" "$pid" 2>/dev/null || true
  done
}

run_gone() { # RUN SECONDS: waits for the end of all its processes
  local until=$((SECONDS + $2))
  while [ -n "$(run_processes "$1" 2>/dev/null)" ]; do
    ((SECONDS < until)) || return 1
    sleep 0.1
  done
}

# stop_session SESSION SECONDS: asks the programs below a timeout to end, then ends them.
stop_session() {
  local until=$((SECONDS + $2)) pid
  # Only the program itself: what it started, it ends.
  for pid in $(pgrep -P "$1" | grep -xFf <(run_processes "$run")); do
    kill -TERM "$pid" 2>/dev/null || true
  done
  while [ -n "$(session_processes "$1")" ] && ((SECONDS < until)); do sleep 0.05; done
  for pid in $(session_processes "$1"); do
    kill -KILL "$pid" 2>/dev/null || true
  done
}

# kill_session SESSION: all of it, with -9, as a crash would.
kill_session() {
  local pid
  for pid in $(session_processes "$1"); do
    kill -KILL "$pid" 2>/dev/null || true
  done
  while [ -n "$(session_processes "$1")" ]; do sleep 0.05; done
}

mount_image() { # NAME MEGABYTES: a new ext4 of one's own; sets $mounted to its mount point
  mounted=$run/$1
  mkdir "$mounted"
  truncate -s "$2M" "$run/$1.img"
  # With its journal: without one ext4 looks for inodes that were not deleted lately, for longer than most opens take.
  mkfs.ext4 -q -F -m 0 "$run/$1.img"
  mount -o loop,noatime "$run/$1.img" "$mounted"
}

run_mounts() { # RUN: deepest first
  cut -d' ' -f2 /proc/mounts | grep -F "$1/" | sort -r || true
}

run_loops() { # RUN
  losetup -nO NAME,BACK-FILE 2>/dev/null | grep -F " $1/" | cut -d' ' -f1 || true
}

run_memory_folders() { # RUN: where its clamds had their temporary files in memory, and what they scanned
  find "$1" -maxdepth 4 -name '*.conf' -exec grep -hs '^TemporaryDirectory /dev/shm/lazaret-' {} + | cut -d' ' -f2- | sort -u | sed 'p; s/$/-contents/'
}

# run_clean RUN: ends its processes, unmounts, gives the loop devices back, removes the folder. Says what it could not.
run_clean() {
  local target=$1 one
  [ -d "$target" ] || return 0
  # An agent that is killed lets go of what it holds, so agents never keep an unmount waiting.
  run_signal "$target" TERM
  run_gone "$target" 5 || run_signal "$target" KILL
  run_gone "$target" 5 || echo "still running: $(run_processes "$target" | tr '\n' ' ')" >&2
  for one in $(run_mounts "$target"); do
    umount "$one" 2>/dev/null || umount -l "$one" || true
  done
  for one in $(run_loops "$target"); do
    losetup -d "$one" 2>/dev/null || true
  done
  if [ -n "$(run_mounts "$target")" ]; then
    echo "still mounted: $(run_mounts "$target" | tr '\n' ' ')" >&2
    return 1
  fi
  # Of an engine of the run that was killed: see lib/docker.sh.
  for one in /sys/fs/cgroup/{,*/}"${target##*/}"; do
    [ ! -d "$one" ] || find "$one" -depth -type d -exec rmdir {} + 2>/dev/null || true
  done
  run_memory_folders "$target" | xargs -r -d '\n' rm -rf --one-file-system
  rm -rf --one-file-system "$target"
}

# Cleans up the runs whose owner is gone and that nobody wanted kept.
run_sweep() {
  local old
  for old in /tmp/lazaret-run.*; do
    [ -f "$old/owner" ] && [ ! -e "$old/kept" ] && [ -O "$old" ] || continue
    is_alive "$(cat "$old/owner")" || run_clean "$old"
  done
}
