// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.policy;

import io.lazaret.protocol.policy.PolicyDocument;
import io.lazaret.protocol.policy.PolicyException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** The policy on disk: a line with its version, then the document; replaced as a whole. */
final class PolicyFile {
  private static final String VERSION = "version = ";
  private static final int MOST_BYTES = PolicyDocument.MOST_BYTES + 64;

  private final Path file;

  PolicyFile(Path file) {
    this.file = file;
  }

  /** What was kept; none when there is nothing. */
  Optional<Policy> load() throws IOException {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    if (Files.size(file) > MOST_BYTES) {
      throw new IOException(file + ": longer than " + MOST_BYTES + " bytes");
    }
    String text = Files.readString(file);
    int end = text.indexOf('\n');
    try {
      if (end < 0 || !text.startsWith(VERSION)) {
        throw new IOException(file + ": (expected: " + VERSION + "NUMBER in its first line)");
      }
      long version = Long.parseLong(text.substring(VERSION.length(), end));
      ByteBuffer document =
          ByteBuffer.wrap(text.substring(end + 1).getBytes(StandardCharsets.UTF_8));
      return Optional.of(new Policy(version, PolicyDocument.parse(document)));
    } catch (PolicyException | NumberFormatException wrong) {
      throw new IOException(file + ": " + wrong.getMessage(), wrong);
    }
  }

  /** Keeps it, or removes what was kept when it says nothing; it is on the disk then. */
  void save(Policy policy) throws IOException {
    if (policy.version() == 0) {
      Files.deleteIfExists(file);
      return;
    }
    Path parent =
        Objects.requireNonNull(file.toAbsolutePath().getParent(), "a file is in a folder");
    if (!Files.isDirectory(parent)) {
      Files.createDirectories(
          parent,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(fresh);
    byte[] bytes =
        (VERSION + policy.version() + "\n" + policy.document().text())
            .getBytes(StandardCharsets.UTF_8);
    try (FileChannel channel =
        FileChannel.open(
            fresh,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      ByteBuffer rest = ByteBuffer.wrap(bytes);
      while (rest.hasRemaining()) {
        channel.write(rest);
      }
      channel.force(true);
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    try (FileChannel folder = FileChannel.open(parent, StandardOpenOption.READ)) {
      folder.force(true);
    }
  }
}
