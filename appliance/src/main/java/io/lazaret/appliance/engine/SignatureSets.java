// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The signature sets in the private directory: {@code sets/N}, and the symbolic links {@code live}
 * (what clamd loads) and {@code previous}. A link is replaced by a rename, so at every moment
 * {@code live} names a whole set.
 */
final class SignatureSets {
  static final String LIVE = "live";
  private static final String PREVIOUS = "previous";

  private final Path directory;
  private final Path sets;
  private final Canary canary;

  SignatureSets(Path directory, Canary canary) throws IOException {
    this.directory = directory;
    this.sets = directory.resolve("sets");
    this.canary = canary;
    Files.createDirectories(sets);
    // clamd's own user passes through, whatever our umask is.
    Files.setPosixFilePermissions(sets, PosixFilePermissions.fromString("rwx--x--x"));
  }

  Optional<SignatureSet> live() throws IOException {
    return linked(LIVE);
  }

  Optional<SignatureSet> previous() throws IOException {
    return linked(PREVIOUS);
  }

  /** Copies the source into a new set; empty when it changed meanwhile. */
  Optional<SignatureSet> copyOf(SignatureSource source) throws IOException {
    Map<String, SignatureSource.Stamp> files = source.look();
    long generation = nextGeneration();
    Path set = Files.createDirectory(sets.resolve(Long.toString(generation)));
    try {
      return copy(source, files, generation, set);
    } catch (IOException e) {
      Trees.delete(set); // or a full disk would stay full
      throw e;
    }
  }

  private Optional<SignatureSet> copy(
      SignatureSource source, Map<String, SignatureSource.Stamp> files, long generation, Path set)
      throws IOException {
    MessageDigest sha256 = sha256();
    Instant newest = Instant.EPOCH;
    for (Map.Entry<String, SignatureSource.Stamp> file : files.entrySet()) {
      sha256.update((file.getKey() + "\0").getBytes(StandardCharsets.UTF_8));
      try (InputStream in = Files.newInputStream(source.file(file.getKey()));
          OutputStream out =
              new DigestOutputStream(Files.newOutputStream(set.resolve(file.getKey())), sha256)) {
        in.transferTo(out);
      }
      Instant modified = file.getValue().modified().toInstant();
      newest = modified.isAfter(newest) ? modified : newest;
    }
    if (!files.equals(source.look())) {
      Trees.delete(set);
      return Optional.empty();
    }
    return Optional.of(
        finish(
            new SignatureSet(generation, HexFormat.of().formatHex(sha256.digest()), newest, set)));
  }

  /** The same signatures under a new generation. */
  SignatureSet again(SignatureSet old) throws IOException {
    long generation = nextGeneration();
    Path set = Files.createDirectory(sets.resolve(Long.toString(generation)));
    try (Stream<Path> files = Files.list(old.directory())) {
      for (Path file : (Iterable<Path>) files::iterator) {
        String name = String.valueOf(file.getFileName());
        if (!name.equals(Canary.FILE) && !name.equals("lazaret.set")) {
          Files.createLink(set.resolve(name), file);
        }
      }
    }
    return finish(new SignatureSet(generation, old.fingerprint(), old.newest(), set));
  }

  /** Makes the set the one that clamd loads next. */
  void activate(SignatureSet set) throws IOException {
    Optional<SignatureSet> before = live();
    if (before.isPresent()) {
      link(PREVIOUS, before.get());
    }
    link(LIVE, set);
  }

  /** Deletes every set that is neither live nor previous. */
  void prune() throws IOException {
    Optional<SignatureSet> live = live();
    Optional<SignatureSet> previous = previous();
    try (Stream<Path> entries = Files.list(sets)) {
      for (Path entry : entries.toList()) {
        boolean used =
            Stream.concat(live.stream(), previous.stream())
                .anyMatch(set -> set.directory().equals(entry));
        if (!used) {
          Trees.delete(entry);
        }
      }
    }
  }

  private SignatureSet finish(SignatureSet set) throws IOException {
    Files.writeString(set.directory().resolve(Canary.FILE), canary.signature(set.generation()));
    set.save();
    // Signatures are no secret, and clamd runs as another user; the canary is unknown to guests.
    Files.setPosixFilePermissions(set.directory(), PosixFilePermissions.fromString("rwxr-xr-x"));
    try (Stream<Path> files = Files.list(set.directory())) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
      }
    }
    return set;
  }

  private void link(String name, SignatureSet set) throws IOException {
    Path next = directory.resolve(name + ".next");
    Files.deleteIfExists(next);
    Files.createSymbolicLink(next, Path.of("sets", Long.toString(set.generation())));
    Files.move(
        next,
        directory.resolve(name),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  private Optional<SignatureSet> linked(String name) throws IOException {
    Path link = directory.resolve(name);
    if (!Files.isSymbolicLink(link)) {
      return Optional.empty();
    }
    return Optional.of(SignatureSet.load(directory.resolve(Files.readSymbolicLink(link))));
  }

  private long nextGeneration() throws IOException {
    long highest = 0;
    try (Stream<Path> entries = Files.list(sets)) {
      for (Path entry : (Iterable<Path>) entries::iterator) {
        String name = String.valueOf(entry.getFileName());
        if (name.matches("\\d{1,18}")) {
          highest = Math.max(highest, Long.parseLong(name));
        }
      }
    }
    return highest + 1;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
