# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
# Finds a JDK of version 25 or newer. Source it, then call use_jdk, which exports JAVA_HOME or ends with 3.

jdk_version() { # JDK folder -> its feature version, 0 when it is no JDK
  [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || { echo 0; return; }
  sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
}

use_jdk() {
  local home
  for home in "${JAVA_HOME:-}" /usr/lib/jvm/* /opt/*jdk* "$HOME"/.sdkman/candidates/java/*; do
    [ -n "$home" ] || continue
    if [ "$(jdk_version "$home")" -ge 25 ] 2>/dev/null; then
      export JAVA_HOME=$home
      return
    fi
  done
  cat >&2 <<'TEXT'
No JDK found (expected: version 25 or newer in JAVA_HOME or below /usr/lib/jvm).
Get one from your distribution (openjdk-25-jdk) or from Eclipse Temurin (temurin-25-jdk), then run this again.
TEXT
  exit 3
}
