# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck source=deploy/lib/machine.sh
. "$root/deploy/lib/machine.sh"
need debootstrap:debootstrap unshare:util-linux nsenter:util-linux setpriv:util-linux pgrep:procps || die "programs are missing"
long=${LAZARET_LONG:-}
rounds=${LAZARET_ROUNDS:-1}
# With more than one round there is a third machine, whose opens a C program only allows.
machines_beside=(plain)
((rounds == 1)) || machines_beside+=(allowed)
packages=(gcc libc6-dev make git sqlite3 zip unzip xz-utils bzip2 ca-certificates procps)
appliance_init
appliance_start
machine_build guarded "${packages[@]}"
# More than debootstrap can bring in order.
[ -z "$long" ] || machine_install postgresql chromium
# What the packages workload installs, fetched beforehand: the network is not what is measured.
chroot "$mounted" sh -c 'apt-get clean && apt-get install -q -y --download-only --no-install-recommends nano bc file less man-db tree cowsay && mkdir /root/debs && mv /var/cache/apt/archives/*.deb /root/debs/' >>"$run/apt.log" 2>&1 ||
  die "packages cannot be fetched: $(tail -n 5 "$run/apt.log")"
[ -z "$long" ] || install -d -o "$(chroot "$mounted" id -u postgres)" "$mounted/home/postgres"
cp "$suite"/workloads/* "$mounted/usr/local/bin/"
chmod 755 "$mounted"/usr/local/bin/*
token=$("$appliance_program" token create --config "$run/appliance/appliance.conf") || die "no token: $token"
for name in "${machines_beside[@]}"; do machine_copy guarded "$name"; done
for name in guarded "${machines_beside[@]}"; do machine_start "$name"; done
if ((rounds > 1)); then
  need cc:gcc || die "programs are missing"
  cc -O2 -Wall -Werror -o "$run/allow-all" "$root/deploy/sizing/allow-all.c" || die "allow-all.c does not compile"
  run_start allow-all "$life_limit" "$run/allow-all" "$run/allowed"
fi
machine_agent guarded enrol --appliance "127.0.0.1:$guests_port" --token "$token" --guard auto >>"$run/enrol.log" 2>&1 || {
  cat "$run/enrol.log" >&2
  die "lazaret-agent enrol failed"
}
