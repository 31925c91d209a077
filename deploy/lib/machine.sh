# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
# A Debian machine in an image file of its own: processes inside see that image as /, their own processes and mounts, and
# nothing of this machine but its network. Needs $root, lib/run.sh, lib/lazaret.sh and an open run.

machine_mirror=${LAZARET_DEBIAN_MIRROR:-http://deb.debian.org/debian}
machine_java=/opt/java

# machine_build NAME PACKAGE...: an image with a Debian userland, a Java, the agent and a user; sets $mounted.
machine_build() {
  local name=$1 java=$JAVA_HOME
  shift
  mount_image "$name" 4096
  debootstrap --variant=minbase --include="$(tr ' ' , <<<"$*")" bookworm "$mounted" "$machine_mirror" >>"$run/debootstrap.log" 2>&1 || {
    tail -n 20 "$run/debootstrap.log" >&2
    die "debootstrap failed"
  }
  mkdir -p "$mounted$machine_java" "$mounted/opt/lazaret-agent" "$mounted/old"
  cp -a "$java/bin" "$java/conf" "$java/lib" "$java/release" "$mounted$machine_java/"
  rm -f "$mounted$machine_java/lib/src.zip"
  cp -a "$root/guest-agent/target/dist/." "$mounted/opt/lazaret-agent/"
  cp -L /etc/resolv.conf /etc/hosts "$mounted/etc/"
  chroot "$mounted" useradd --create-home --uid 1000 user
}

# machine_install PACKAGE...: into the image that is mounted; nothing of it is started.
machine_install() {
  printf '#!/bin/sh\nexit 101\n' >"$mounted/usr/sbin/policy-rc.d" && chmod 755 "$mounted/usr/sbin/policy-rc.d"
  # shellcheck disable=SC2016 # the inner shell's own
  DEBIAN_FRONTEND=noninteractive unshare --mount --pid --fork --kill-child sh -c \
    'mount -t proc proc "$0/proc" && exec chroot "$0" apt-get install -q -y --no-install-recommends "$@"' "$mounted" "$@" >>"$run/apt.log" 2>&1 ||
    die "packages cannot be installed: $(tail -n 5 "$run/apt.log")"
  rm "$mounted/usr/sbin/policy-rc.d"
}

# machine_copy NAME COPY: the same machine once more; the first must not run. Sets $mounted.
machine_copy() {
  umount "$run/$1"
  cp --sparse=always "$run/$1.img" "$run/$2.img"
  mkdir "$run/$2"
  mount -o loop,noatime "$run/$1.img" "$run/$1"
  mount -o loop,noatime "$run/$2.img" "$run/$2"
  mounted=$run/$2
}

# machine_start NAME: its first process; adds to $machines[NAME] what enters it.
declare -A machines=()
machine_start() {
  run_start "$1" "$life_limit" unshare --mount --pid --fork --kill-child --propagation private \
    bash "$root/deploy/lib/machine-init" "$run/$1" "$(mountpoint -d "$(stat -c %m "$root")")" "$(mountpoint -d /)"
  local session=$started
  wait_while=$session wait_for 20 grep -qs '^machine is up' "$run/$1.log" || {
    cat "$run/$1.log" >&2
    die "the machine $1 does not start"
  }
  machines[$1]=$(pgrep -P "$(pgrep -P "$session" -x unshare)")
}

# machine_run NAME USER COMMAND: in the machine, by its shell; ended with it or after $machine_limit seconds.
machine_run() {
  local name=$1 user=$2
  shift 2
  timeout -s KILL "${machine_limit:-120}" nsenter -t "${machines[$name]}" --mount --pid --root --wd -- \
    /usr/bin/env -i HOME="$([ "$user" = root ] && echo /root || echo "/home/$user")" LC_ALL=C.UTF-8 TERM=dumb DEBIAN_FRONTEND=noninteractive \
    PATH=/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin LAZARET_RUN="$run" LAZARET_JAVA_HOME=$machine_java \
    setpriv --reuid "$user" --regid "$user" --init-groups /bin/bash -c "cd; $*" </dev/null
}

# machine_agent NAME COMMAND...: the agent's command line in the machine.
machine_agent() { machine_run "$1" root "exec /opt/lazaret-agent/bin/lazaret-agent ${*:2}"; }

# machine_guard NAME: starts its agent; as guest_start for guests.
machine_guard() {
  run_start "$1.agent" "$life_limit" nsenter -t "${machines[$1]}" --mount --pid --root --wd -- \
    /usr/bin/env LAZARET_JAVA_HOME=$machine_java /opt/lazaret-agent/bin/lazaret-agent run --config /etc/lazaret/agent.conf
  guest_sessions[$1]=$started
  wait_while=$started wait_for 30 grep -qs '^ready ' "$run/$1.agent.log" || {
    tail -n 30 "$run/$1.agent.log" >&2
    die "the agent of $1 guards nothing"
  }
  wait_for 15 sessions_are ${#guest_sessions[@]} || die "the agent of $1 has no session after 15 s"
}
