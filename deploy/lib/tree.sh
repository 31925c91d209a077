# shellcheck shell=bash
# SPDX-FileCopyrightText: The Lazaret authors
# SPDX-License-Identifier: Apache-2.0
# Checks of the checkout itself. Needs $root and lib/lazaret.sh (for the test string). Each prints what is wrong.

# What belongs to the project: what git knows, or (no git) everything but what a build made.
tree_files() {
  git -C "$root" ls-files --cached --others --exclude-standard -z 2>/dev/null ||
    (cd "$root" && find . -name target -prune -o -name .git -prune -o -type f -printf '%P\0')
}

tree_scripts() { # with a shebang of a shell
  local file
  while IFS= read -r -d '' file; do
    [ ! -f "$root/$file" ] || ! head -c 64 "$root/$file" | head -n 1 | grep -aqE '^#!.*(/| )(ba)?sh( |$)' || printf '%s\0' "$root/$file"
  done < <(tree_files)
}

tree_top_level() {
  local name wrong=0
  while IFS= read -r name; do
    case $name in
      .* | pom.xml | appliance | guest-agent | protocol | deploy | README.md | LICENSE | mvnw | target) ;;
      *) echo "$name does not belong at the top level"; wrong=1 ;;
    esac
  done < <(tree_files | tr '\0' '\n' | cut -d/ -f1 | sort -u)
  return "$wrong"
}

tree_licence_headers() {
  local file wrong=0
  while IFS= read -r -d '' file; do
    [ -f "$root/$file" ] || continue
    case $file in
      *.java | *.xml | *.sh | *.conf | *.properties | *.yml | *.yaml | *.service | deploy/demo | deploy/verify | deploy/suites/*/[0-9]*-* | mvnw) ;;
      *) head -c 2 "$root/$file" | grep -aq '^#!' || continue ;;
    esac
    head -n 5 "$root/$file" | grep -q 'SPDX-License-Identifier: Apache-2.0' || {
      echo "$file has no SPDX header"
      wrong=1
    }
  done < <(tree_files)
  return "$wrong"
}

tree_no_test_string() {
  local found
  found=$(cd "$root" && tree_files | xargs -0 grep -laF -e "$(eicar)" 2>/dev/null)
  [ -z "$found" ] || { echo "contains the EICAR string: $found"; return 1; }
}

readme_trace() { sed -n '/^## The path of one open/,/^## /p' "$root/README.md"; }

source_of() { # CLASS: the file of a top-level class, else the files with a nested one
  local found
  found=$(find "$root" -name target -prune -o -path '*/src/main/*' -name "$1.java" -print)
  [ -n "$found" ] || found=$(grep -rlE "(class|record|interface|enum) $1\b" --include='*.java' \
    "$root/protocol/src/main" "$root/guest-agent/src/main" "$root/appliance/src/main")
  echo "$found"
}

# What the README's call trace names exists: words of two or more capitalised parts are classes, Class.name( is a method.
tree_readme_names() {
  local name class wrong=0
  while read -r name; do
    [ -n "$(source_of "$name")" ] || { echo "README.md names $name (expected: a class of that name)"; wrong=1; }
  done < <(readme_trace | grep -oE '\b[A-Z][a-z0-9]+([A-Z][a-z0-9]+)+\b' | sort -u)
  while IFS=. read -r class name; do
    source_of "$class" | xargs -r -d '\n' grep -qE "\b$name\(" ||
      { echo "README.md names $class.$name() (expected: a method of that name)"; wrong=1; }
  done < <(readme_trace | grep -oE '\b[A-Z][A-Za-z0-9]+\.[a-z][A-Za-z0-9]+\(' | tr -d '(' | sort -u)
  return "$wrong"
}
