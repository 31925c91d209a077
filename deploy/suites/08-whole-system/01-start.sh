# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck source=deploy/lib/machine.sh
. "$root/deploy/lib/machine.sh"
need debootstrap:debootstrap unshare:util-linux nsenter:util-linux setpriv:util-linux pgrep:procps || die "programs are missing"
long=${LAZARET_LONG:-}
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
machine_copy guarded plain
machine_start guarded
machine_start plain
machine_agent guarded enrol --appliance "127.0.0.1:$guests_port" --token "$token" --guard auto >>"$run/enrol.log" 2>&1 || {
  cat "$run/enrol.log" >&2
  die "lazaret-agent enrol failed"
}
