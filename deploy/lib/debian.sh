# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
# Minimal Debians made of packages. Needs debootstrap and an open run.

# debian_make FOLDER [PACKAGE...]: a bookworm that gets its further packages the way this machine does.
debian_make() {
  local folder=$1 file id codename
  shift
  debootstrap --variant=minbase ${1:+--include="$(IFS=,; echo "$*")"} bookworm "$folder" >>"$run/debootstrap.log" 2>&1 || return
  id=$(sed -n 's/^ID=//p' /etc/os-release)
  codename=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
  for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.{list,sources}; do
    [ "$id" = debian ] && [ -f "$file" ] && debian_has_keys "$file" "$folder" || continue
    sed "s/\b${codename:-bookworm}\b/bookworm/g" "$file" >"$folder$file"
  done
  # A mirror that hangs up once is not what is tested.
  echo 'Acquire::Retries "5";' >"$folder/etc/apt/apt.conf.d/80-retries"
  for file in /etc/apt/apt.conf.d/*; do
    ! grep -qs '^Acquire' "$file" || cp "$file" "$folder$file"
  done
}

debian_has_keys() { # SOURCES FOLDER: those of sources that are not Debian's it lacks
  local key
  while read -r key; do
    [ -e "$2$key" ] || return 1
  done < <(sed -nE 's/.*[Ss]igned-[Bb]y[:=] *([^] ]+).*/\1/p' "$1")
}
