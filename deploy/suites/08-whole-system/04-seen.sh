# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
# denied COMMAND [USER]: run in the machine; its open of "bad" must end with EPERM.
denied() {
  local said
  said=$(machine_run guarded "${2:-root}" "$1" 2>&1)
  echo "$said" >>"$run/denied.log"
  [[ $said == *'bad: Operation not permitted'* ]]
}

machine_run guarded user "printf '%s' '$(eicar)' >bad && chmod 755 bad"
expect "EICAR denied to its owner" denied 'cat bad' user
expect "denied over a bind mount in a mount namespace" denied 'unshare --mount sh -c "mount --bind /home/user /mnt && cat /mnt/bad"'
expect "denied in a container's root" denied 'unshare --mount --pid --fork --uts --ipc --root=/home/user /bad'
expect "denied to a user's own namespaces" denied 'unshare --user --map-root-user --mount sh -c "mount --bind /home/user /mnt && cat /mnt/bad"' user

# An overlay is a filesystem of its own, and in a namespace of its own nothing tells of it: it is found within 5 s.
machine_run guarded root 'unshare --mount --propagation private sh -c "mkdir -p /srv/u /srv/w && mount -t overlay overlay -o lowerdir=/home/user,upperdir=/srv/u,workdir=/srv/w /mnt && echo there >/srv/there && sleep 61"' >>"$run/overlay.log" 2>&1 &
overlay=$!
overlay_guarded() { [[ $(agent_status) == *'"/mnt"'* ]]; }
expect "the overlay of another mount namespace guarded" wait_for 20 overlay_guarded
# shellcheck disable=SC2016 # the machine's shell is to find it
expect "denied through it" denied 'nsenter -t $(pgrep -xf "sleep 61") --mount cat /mnt/bad'
machine_run guarded root 'pkill -xf "sleep 61"' || die "$step: the namespace of the overlay cannot be ended"
wait $overlay || true

expect "a new filesystem mounted" machine_run guarded root 'mkdir -p /srv/new && mount -t tmpfs tmpfs /srv/new'
new_guarded() { [[ $(agent_status) == *'"/srv/new"'* ]]; }
expect "it is guarded" wait_for 10 new_guarded
machine_run guarded root "printf '%s' '$(eicar)' >/srv/new/bad"
expect "EICAR denied there" denied 'cat /srv/new/bad'
# While the agent asks about a file there, it is busy.
expect "it is unmounted" wait_for 10 machine_run guarded root 'umount /srv/new'
new_gone() { ! new_guarded; }
expect "and no longer in the list" wait_for 10 new_gone
