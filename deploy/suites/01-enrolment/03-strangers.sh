# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
knock() { timeout -s KILL 20 openssl s_client -connect "127.0.0.1:$guests_port" "$@" </dev/null >>"$run/strangers.log" 2>&1; }

head -c 100000 /dev/urandom | timeout 20 bash -c "cat >/dev/tcp/127.0.0.1/$guests_port" 2>/dev/null
expect "garbage counted" wait_for 10 refused TLS_FAILED
knock -tls1_2
knock -tls1_3
openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=stranger -keyout "$run/stranger.key" -out "$run/stranger.pem" 2>>"$run/strangers.log"
knock -tls1_3 -cert "$run/stranger.pem" -key "$run/stranger.key"
expect "a foreign certificate counted" wait_for 10 refused CERTIFICATE_FOREIGN
expect "no session" sessions_are 0
expect "a healthy appliance" appliance_healthy
