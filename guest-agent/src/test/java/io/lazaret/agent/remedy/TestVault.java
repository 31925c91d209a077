// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.remedy;

import io.lazaret.agent.decision.FileIdentity;
import io.lazaret.agent.decision.LocalVerdicts.Known;
import io.lazaret.agent.linux.Descriptors;
import io.lazaret.agent.linux.Folder;
import io.lazaret.agent.linux.Sha256;
import io.lazaret.protocol.Access;
import io.lazaret.protocol.ContentHash;
import io.lazaret.protocol.ContentKey;
import io.lazaret.protocol.Lane;
import io.lazaret.protocol.Verdict;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** A vault and a home beside it, and what tests do with them. */
final class TestVault {
  static final Supplier<MessageDigest> DIGESTS = Sha256.fastest().digests();

  final Path folder;
  final Path home;

  TestVault(Path root) throws IOException {
    Path real = root.toRealPath();
    folder = real.resolve("vault");
    home = Files.createDirectories(real.resolve("home"));
  }

  RemedySettings settings(long bytes, int files) {
    return new RemedySettings(
        RemedySettings.Treatment.QUARANTINE, folder, bytes, files, RemedySettings.Tell.NONE);
  }

  /** What the decision would say about a file. */
  static Detected detected(Path file) throws IOException {
    MessageDigest digest = DIGESTS.get();
    byte[] content = Files.readAllBytes(file);
    ByteBuffer direct = ByteBuffer.allocateDirect(Math.max(1, content.length));
    digest.update(direct.put(content).flip());
    ContentKey key = new ContentKey(ContentHash.of(digest), content.length);
    Place place = Place.of(file.toString());
    try (Folder parent = Folder.walk(place.folder())) {
      int fd = parent.openRegular(place.name());
      FileIdentity identity = Quarantine.identity(Descriptors.status(fd));
      Descriptors.close(fd);
      return new Detected(
          new Access(Lane.OPEN, key, file.toString(), "/bin/cat", 1, 0),
          Optional.of(identity),
          new Known(new Verdict.Infected("Test.Bad"), 1, key),
          "Test.Bad");
    }
  }

  Remedied take(Path file, Checkpoint checkpoint) throws IOException {
    return take(detected(file), true, checkpoint);
  }

  Remedied take(Detected detected, boolean keep, Checkpoint checkpoint) throws IOException {
    try (Vault vault = Vault.open(folder)) {
      return new Quarantine(vault, DIGESTS, InstantSource.system(), checkpoint)
          .take(detected, keep, settings(1 << 20, 100));
    }
  }

  void restore(String id, String target, Checkpoint checkpoint) throws IOException {
    try (Vault vault = Vault.open(folder)) {
      Item item = vault.find(id).orElseThrow();
      var _ = new Restoration(vault, DIGESTS, checkpoint).restore(item, target);
    }
  }

  /** As the agent does when it starts again. */
  void recover() throws IOException {
    try (Vault vault = Vault.open(folder)) {
      new Recovery(vault).run();
    }
  }

  List<Item> items() throws IOException {
    try (Vault vault = Vault.open(folder)) {
      return vault.ids().stream()
          .map(id -> {
            try {
              return vault.find(id).orElseThrow();
            } catch (IOException e) {
              throw new IllegalStateException(e);
            }
          })
          .toList();
    }
  }

  void forget(Item item) throws IOException {
    try (Vault vault = Vault.open(folder)) {
      vault.remove(item);
    }
  }

  byte[] content(Item item) throws IOException {
    try (Vault vault = Vault.open(folder);
        Vault.Content content = vault.content(item)) {
      ByteBuffer all = ByteBuffer.allocate((int) item.content().length());
      for (int at = 0; at < all.capacity(); ) {
        // Odd pieces, so that positions are within a block of the mask.
        ByteBuffer piece = ByteBuffer.allocate(Math.min(777, all.capacity() - at));
        at += content.read(piece, at);
        all.put(piece.flip());
      }
      return all.array();
    }
  }

  /** Everything below the home. */
  List<String> files() throws IOException {
    try (Stream<Path> all = Files.walk(home)) {
      return all.filter(path -> !path.equals(home))
          .map(path -> home.relativize(path).toString())
          .sorted()
          .toList();
    }
  }

  /** Everything in the vault, by its ending. */
  List<String> vaultFiles() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.map(path -> path.getFileName().toString().replaceFirst("^[0-9a-f]{16}", "ID"))
          .filter(name -> !name.equals("lock"))
          .sorted()
          .toList();
    }
  }
}
