// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * A tiny signature set for machines that have no real one: it knows EICAR and ClamAV's own test
 * files, and protects against nothing.
 */
public final class TestSignatures {
  private static final List<String> FILES = List.of("lazaret-test.hdb", "lazaret-test.ndb");

  private TestSignatures() {}

  /** Writes the files into this directory, which is made when it does not exist. */
  public static void writeTo(Path directory) throws IOException {
    Files.createDirectories(directory);
    for (String file : FILES) {
      try (InputStream in = TestSignatures.class.getResourceAsStream("test-signatures/" + file)) {
        if (in == null) {
          throw new IOException("resource: test-signatures/" + file + " is missing");
        }
        Files.copy(in, directory.resolve(file), StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }
}
