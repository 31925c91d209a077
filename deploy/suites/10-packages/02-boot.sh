# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
expect "a minimal Debian" machine_base "$run/appliance-root"
mount_image guest-root 2000
expect "the same for the guest" cp -a "$run/appliance-root/." "$mounted"
guest_root=$mounted
expect "the appliance's machine up" machine_boot appliance "$run/appliance-root"
expect "the guest's machine up" machine_boot guest "$guest_root"
# What a container shows of the machine it runs on is not the guest's.
in_machine guest sh -c 'umount -l /run/host/* 2>/dev/null; umount -l /run/host/*/* 2>/dev/null; true'
outer=$(mountpoint -d /)
own_only() { ! in_machine guest cat /proc/self/mountinfo | awk -v outer="$outer" '$3 == outer { found = 1; print } END { exit !found }'; }
expect "no mount of this machine's root in the guest" own_only
