// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The signature sets that are kept out, and why: they did not load, or were rolled back. In a file,
 * so that a restart does not take them again.
 */
final class RejectedSets {
  private static final int REMEMBERED = 16;

  private final Path file;
  // By fingerprint, oldest first.
  private final Map<String, String> reasons = new LinkedHashMap<>();

  RejectedSets(Path file) throws IOException {
    this.file = file;
    if (Files.exists(file)) {
      for (String line : Files.readAllLines(file)) {
        int space = line.indexOf(' ');
        if (space > 0) {
          reasons.put(line.substring(0, space), line.substring(space + 1));
        }
      }
    }
  }

  Optional<String> reason(String fingerprint) {
    return Optional.ofNullable(reasons.get(fingerprint));
  }

  void add(String fingerprint, String reason) throws IOException {
    reasons.remove(fingerprint);
    reasons.put(fingerprint, reason.lines().findFirst().orElse(""));
    while (reasons.size() > REMEMBERED) {
      reasons.remove(reasons.keySet().iterator().next());
    }
    save();
  }

  /** It is in use now. */
  void remove(String fingerprint) throws IOException {
    if (reasons.remove(fingerprint) != null) {
      save();
    }
  }

  private void save() throws IOException {
    List<String> lines = new ArrayList<>();
    reasons.forEach((fingerprint, reason) -> lines.add(fingerprint + " " + reason));
    Path next = file.resolveSibling(file.getFileName() + ".next");
    Files.write(next, lines);
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
