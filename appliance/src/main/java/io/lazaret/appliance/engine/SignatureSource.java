// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The directory that freshclam or another tool fills. */
final class SignatureSource {
  /** What clamd loads from a directory (ClamAV 1.4, {@code cli_dbext}). */
  private static final Set<String> KINDS =
      Set.of(
          "cvd", "cld", "cud", "db", "hdb", "hdu", "fp", "mdb", "mdu", "hsb", "hsu", "sfp", "msb",
          "msu", "ndb", "ndu", "ldb", "ldu", "sdb", "zmd", "rmd", "pdb", "gdb", "wdb", "cbc", "ftm",
          "cfg", "cdb", "cat", "crb", "idb", "ioc", "yar", "yara", "pwdb", "ign", "ign2", "imp",
          "info");

  private final Path directory;

  SignatureSource(Path directory) {
    this.directory = directory;
  }

  /** Size and time of a file. */
  record Stamp(long bytes, FileTime modified) {}

  /** The signature files by name; empty when there are none or no directory. */
  Map<String, Stamp> look() throws IOException {
    Map<String, Stamp> files = new TreeMap<>();
    if (!Files.isDirectory(directory)) {
      return files;
    }
    try (Stream<Path> entries = Files.list(directory)) {
      for (Path file : (Iterable<Path>) entries::iterator) {
        String name = name(file);
        String kind = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        if (KINDS.contains(kind)
            && !name.startsWith(".")
            && !name.equals(Canary.FILE)
            && Files.isRegularFile(file)) {
          files.put(name, new Stamp(Files.size(file), Files.getLastModifiedTime(file)));
        }
      }
    }
    return files;
  }

  Path file(String name) {
    return directory.resolve(name);
  }

  @Override
  public String toString() {
    return directory.toString();
  }

  private static String name(Path file) {
    Path name = file.getFileName();
    return name == null ? "" : name.toString();
  }
}
