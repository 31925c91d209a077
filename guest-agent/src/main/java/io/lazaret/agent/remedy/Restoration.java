// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.remedy;

import io.lazaret.agent.linux.Descriptors;
import io.lazaret.agent.linux.Errno;
import io.lazaret.agent.linux.Folder;
import io.lazaret.agent.linux.LinuxException;
import io.lazaret.agent.remedy.Checkpoint.Step;
import io.lazaret.protocol.ContentHash;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.List;
import java.util.function.Supplier;

/**
 * Gives a file back: it is made whole in a private folder beside its place and then moved there in
 * one step, over nothing that is there, and through no link.
 */
final class Restoration {
  private static final int BUFFER_BYTES = 64 << 10;

  private final Vault vault;
  private final Supplier<MessageDigest> digests;
  private final Checkpoint checkpoint;

  Restoration(Vault vault, Supplier<MessageDigest> digests, Checkpoint checkpoint) {
    this.vault = vault;
    this.digests = digests;
    this.checkpoint = checkpoint;
  }

  /**
   * Restores and forgets an item.
   *
   * @return extended attributes that the place did not take
   * @throws IOException when it could not be done: the item is in quarantine as before
   */
  List<String> restore(Item item, String target) throws IOException {
    Place place = Place.of(target);
    List<String> refused;
    try (Folder parent = parent(place)) {
      vault.write(item.as(Item.State.RESTORING, item.otherNames(), target));
      checkpoint.reached(Step.RECORDED);
      refused = place(item, parent, place.name());
    } catch (IOException e) {
      vault.write(item.as(Item.State.HELD, item.otherNames(), ""));
      throw e;
    }
    vault.remove(item);
    checkpoint.reached(Step.FORGOTTEN);
    return refused;
  }

  private static Folder parent(Place place) throws IOException {
    try {
      return Folder.walk(place.folder());
    } catch (LinuxException e) {
      throw new IOException(
          place.folder() + ": " + e.getMessage() + " (expected: a folder, through no link)", e);
    }
  }

  private static void place(Staging staging, String name) throws IOException {
    try {
      staging.place(name);
    } catch (LinuxException e) {
      throw e.errno() == Errno.EEXIST
          ? new IOException(name + ": is there already (expected: no file)", e)
          : e;
    }
  }

  private List<String> place(Item item, Folder parent, String name) throws IOException {
    try (Staging staging = Staging.make(parent, item.id())) {
      checkpoint.reached(Step.STAGED);
      try {
        List<String> refused = write(item, staging);
        checkpoint.reached(Step.WRITTEN);
        place(staging, name);
        checkpoint.reached(Step.PLACED);
        staging.clear();
        return refused;
      } catch (IOException e) {
        if (staging.holdsSomething()) {
          staging.remove();
        }
        staging.clear();
        throw e;
      }
    }
  }

  private List<String> write(Item item, Staging staging) throws IOException {
    int fd = staging.create();
    try {
      copy(item, fd);
      List<String> refused = item.attributes().applyTo(fd);
      Descriptors.sync(fd);
      return refused;
    } finally {
      Descriptors.closeQuietly(fd);
    }
  }

  private void copy(Item item, int fd) throws IOException {
    boolean holes = item.attributes().blocks() * 512 < item.content().length();
    MessageDigest digest = digests.get();
    ByteBuffer plain = ByteBuffer.allocateDirect(BUFFER_BYTES);
    long length = item.content().length();
    try (Vault.Content content = vault.content(item)) {
      for (long at = 0; at < length; ) {
        int count = content.read(plain.clear(), at);
        if (count == 0) {
          break;
        }
        digest.update(plain.flip());
        plain.rewind();
        if (!holes || !isZero(plain)) {
          Descriptors.pwrite(fd, plain, at);
        }
        at += count;
      }
    }
    if (!ContentHash.of(digest).equals(item.content().hash())) {
      throw new IOException("its content in the vault is damaged (the hash differs)");
    }
    Descriptors.truncate(fd, length);
  }

  private static boolean isZero(ByteBuffer bytes) {
    for (int i = bytes.position(); i < bytes.limit(); i++) {
      if (bytes.get(i) != 0) {
        return false;
      }
    }
    return true;
  }
}
