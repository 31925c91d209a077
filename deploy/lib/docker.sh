# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
# A container engine for one run, and Debian's base image where no registry can be reached. Needs lib/run.sh, lib/lazaret.sh,
# lib/packages.sh, lib/debian.sh and an open run, which ends with engine_close. All that a run makes has the label io.lazaret.run=<its folder>.

base_image=debian:bookworm-slim
engine_session=

engine_answers() { docker version --format '{{.Server.Version}}' >/dev/null 2>&1; }

# Whether engine_open can be expected to succeed.
engine_possible() { [ "$(id -u)" = 0 ] || { command -v docker >/dev/null && engine_answers; }; }

# engine_open: an engine that answers, else the distribution's, started with all it has below the run. Without a bridge and rules
# of a packet filter, of which something would remain on the machine: its containers are on the machine's network.
engine_open() {
  if ! { command -v docker >/dev/null && engine_answers; }; then
    need dockerd:docker.io || return
    # A package of its own from Debian 13 on.
    need docker:docker-cli || return
    export DOCKER_HOST=unix://$run/engine.sock
    run_start engine "$life_limit" dockerd --host "$DOCKER_HOST" --pidfile "$run/engine.pid" \
      --data-root "$run/engine/data" --exec-root "$run/engine/exec" \
      --bridge none --iptables=false --exec-opt native.cgroupdriver=cgroupfs --cgroup-parent "/${run##*/}" --log-level warn
    engine_session=$started
    wait_while=$started wait_for 60 engine_answers || {
      tail -n 20 "$run/engine.log" >&2
      echo "the engine did not start (expected: docker info succeeds)" >&2
      return 3
    }
  fi
  echo "engine: $(docker version --format '{{.Server.Version}}')${engine_session:+, started for this run}"
  engine_sweep
}

# base_open: the base image as it is here, else pulled, else made of packages.
base_open() {
  local archive=$root/deploy/containers/target/base.tar
  if docker image inspect "$base_image" >/dev/null 2>&1; then
    return
  fi
  if timeout -k 5 60 docker pull --quiet "$base_image" >"$run/pull.log" 2>&1; then
    echo "base image: pulled"
    return
  fi
  echo "base image: not to be pulled ($(tail -n 1 "$run/pull.log" | cut -c 1-120)), so made of packages"
  if [ -z "$(find "$archive" -mtime -7 2>/dev/null)" ]; then
    need debootstrap:debootstrap || return
    debian_make "$run/base" || return
    # As the published image: no service is started by its package, no documentation.
    printf '#!/bin/sh\nexit 101\n' >"$run/base/usr/sbin/policy-rc.d" && chmod 755 "$run/base/usr/sbin/policy-rc.d"
    rm -rf "$run"/base/var/cache/apt/archives/*.deb "$run"/base/var/lib/apt/lists/* "$run"/base/usr/share/{doc,man,locale}/*
    mkdir -p "${archive%/*}"
    tar -C "$run/base" --numeric-owner -cf "$run/base.tar" . && mv "$run/base.tar" "$archive" || return
    rm -rf --one-file-system "$run/base"
  fi
  docker import --change "LABEL io.lazaret.run=$run" "$archive" "$base_image" >/dev/null
}

# engine_remove RUN: what it made in the engine.
engine_remove() {
  docker ps -aq --filter "label=io.lazaret.run=$1" | xargs -r docker rm --force --volumes
  docker volume ls -q --filter "label=io.lazaret.run=$1" | xargs -r docker volume rm
  docker image ls -aq --filter "label=io.lazaret.run=$1" | sort -u | xargs -r docker image rm --force
} >/dev/null 2>&1

engine_close() {
  engine_answers || return 0
  engine_remove "$run"
  [ -z "$engine_session" ] || stop_session "$engine_session" 20
}

# The runs that have something in the engine.
engine_runs() {
  {
    docker ps -aq --filter label=io.lazaret.run | xargs -r docker inspect --format '{{index .Config.Labels "io.lazaret.run"}}'
    docker volume ls -q --filter label=io.lazaret.run | xargs -r docker volume inspect --format '{{index .Labels "io.lazaret.run"}}'
    docker image ls -aq --filter label=io.lazaret.run | xargs -r docker inspect --format '{{index .Config.Labels "io.lazaret.run"}}'
  } 2>/dev/null | sort -u
}

# The runs that are over and have something in the engine, if one answers.
engine_leftovers() {
  local one
  command -v docker >/dev/null && engine_answers || return 0
  for one in $(engine_runs); do
    [ -d "$one" ] || echo "$one"
  done
}

engine_sweep() {
  local one
  for one in $(engine_leftovers); do
    engine_remove "$one"
  done
}
