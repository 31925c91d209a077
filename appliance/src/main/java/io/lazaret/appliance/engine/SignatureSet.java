// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/**
 * One set of signature files that clamd can load, with the canary that names it.
 *
 * @param generation number of the set, in the canary's name
 * @param fingerprint SHA-256 over names and contents
 * @param newest when the newest file was made
 */
record SignatureSet(long generation, String fingerprint, Instant newest, Path directory) {
  private static final String NOTE = "lazaret.set";

  /** Reads what {@link #save} wrote. */
  static SignatureSet load(Path directory) throws IOException {
    List<String> lines = Files.readAllLines(directory.resolve(NOTE));
    if (lines.size() != 3) {
      throw new IOException(directory + "/" + NOTE + ": " + lines.size() + " lines (expected: 3)");
    }
    try {
      return new SignatureSet(
          Long.parseLong(lines.get(0)),
          lines.get(1),
          Instant.ofEpochMilli(Long.parseLong(lines.get(2))),
          directory);
    } catch (NumberFormatException e) {
      throw new IOException(directory + "/" + NOTE + ": " + e.getMessage(), e);
    }
  }

  /** Written last: a set without it is not whole. */
  void save() throws IOException {
    Files.writeString(
        directory.resolve(NOTE),
        generation + "\n" + fingerprint + "\n" + newest.toEpochMilli() + "\n");
  }
}
