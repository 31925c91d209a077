// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol.policy;

import io.lazaret.protocol.ContentHash;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A program whose accesses are excluded: {@code PATH}, or {@code PATH sha256:HEX} when its
 * executable has to have this content, too.
 */
public record ProgramRule(String path, Optional<ContentHash> hash) {
  private static final Pattern WITH_HASH = Pattern.compile("(.*) sha256:([0-9a-fA-F]{64})");

  /** Refuses by IllegalArgumentException whose message is what was expected. */
  public static ProgramRule of(String text) {
    Matcher matcher = WITH_HASH.matcher(text);
    boolean hashed = matcher.matches();
    String path = hashed ? matcher.group(1) : text;
    PathRule.requirePath(path);
    if (path.endsWith("/")) {
      throw new IllegalArgumentException("a program, not a folder");
    }
    if (path.contains(" sha256:")) {
      throw new IllegalArgumentException("sha256: and 64 hexadecimal digits");
    }
    return new ProgramRule(
        path, hashed ? Optional.of(ContentHash.parse(matcher.group(2))) : Optional.empty());
  }

  /** The one way to write it. */
  public String text() {
    return path + hash.map(value -> " sha256:" + value).orElse("");
  }
}
