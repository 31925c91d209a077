# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
# Trimmed Java runtimes for machines without Java. Source it, then call runtime_make; needs lib/jdk.sh's use_jdk before.

# What each program's classes need; a module that is missing shows in the suite of the packages.
# shellcheck disable=SC2034 # used by the scripts that source this
{
  appliance_modules=java.base,java.logging,java.management,java.naming,java.net.http,java.sql,java.xml,jdk.httpserver,jdk.management,jdk.unsupported
  agent_modules=java.base
}

# runtime_make FOLDER MODULES: a runtime with its own archive of classes.
runtime_make() {
  rm -rf "$1"
  "$JAVA_HOME/bin/jlink" --add-modules "$2" --strip-debug --no-header-files --no-man-pages --generate-cds-archive --output "$1"
}

# runtime_make_agent DIST: the agent's runtime in DIST/jre, and beside its jars the archive of exactly the classes that it loads.
# Its jars must keep their times afterwards (cp -a), else the archive is passed over, and the agent is 10 MB larger.
runtime_make_agent() {
  rm -rf "$1/jre" "$1/lib/lazaret-agent.jsa"
  # The classes come from the archive; what is left in the image may as well be compressed.
  "$JAVA_HOME/bin/jlink" --add-modules "$agent_modules" --strip-debug --no-header-files --no-man-pages --compress zip-6 --output "$1/jre" &&
    runtime_archive_agent "$1" "$1/jre"
}

# runtime_archive_agent DIST JAVA: the archive alone, for a Java that is there.
runtime_archive_agent() {
  local jar classes=
  for jar in "$1"/lib/*.jar; do
    classes=$classes${classes:+:}$jar
  done
  # Who starts the agent has to give these flags too: see lazaret-agent. The list may name classes that another release does not have.
  "$2/bin/java" -Xshare:dump -XX:+UseSerialGC -XX:+UseCompactObjectHeaders --enable-native-access=ALL-UNNAMED \
    -XX:SharedClassListFile="$1/lib/lazaret-agent.classes" -XX:SharedArchiveFile="$1/lib/lazaret-agent.jsa" \
    -Xlog:cds=error -Xlog:aot=error -Xlog:aot+resolve=error -cp "$classes"
}

# program_tree FOLDER DIST ARCHITECTURE: a program without code for other machines and without a Java.
program_tree() {
  install -d "$1"
  cp -a "$2/bin" "$2/lib" "$1/"
  [ ! -d "$2/libexec" ] || cp -a "$2/libexec" "$1/"
  find "$1/lib" \( -name '*-osx-*.jar' -o -name '*-windows-*.jar' -o -name '*-linux-riscv64.jar' \) -delete
  case $3 in
    amd64) find "$1/lib" -name '*-linux-aarch_64.jar' -delete ;;
    arm64) find "$1/lib" -name '*-linux-x86_64.jar' -delete ;;
  esac
}
