// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.remedy;

import io.lazaret.agent.decision.FileIdentity;
import io.lazaret.agent.linux.Descriptors;
import io.lazaret.agent.linux.Errno;
import io.lazaret.agent.linux.FileAttributes;
import io.lazaret.agent.linux.FileStatus;
import io.lazaret.agent.linux.Folder;
import io.lazaret.agent.linux.LinuxException;
import io.lazaret.agent.remedy.Checkpoint.Step;
import io.lazaret.agent.remedy.Remedied.Left;
import io.lazaret.agent.remedy.Remedied.Reason;
import io.lazaret.agent.remedy.Remedied.Taken;
import io.lazaret.protocol.ContentHash;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes infected files away, step by step, so that a crash after any of them loses neither the file
 * nor what is known about it; {@link Recovery} goes on from there. For platform threads.
 */
final class Quarantine {
  private static final int BUFFER_BYTES = 128 << 10;

  private static final Logger LOG = LoggerFactory.getLogger(Quarantine.class);

  private final Vault vault;
  private final Supplier<MessageDigest> digests;
  private final InstantSource clock;
  private final Checkpoint checkpoint;
  private final SecureRandom random = new SecureRandom();

  Quarantine(
      Vault vault, Supplier<MessageDigest> digests, InstantSource clock, Checkpoint checkpoint) {
    this.vault = vault;
    this.digests = digests;
    this.clock = clock;
    this.checkpoint = checkpoint;
  }

  /** Takes a file away; with keep, its content is in the vault before that. */
  Remedied take(Detected detected, boolean keep, RemedySettings settings) {
    Place place = Place.of(detected.access().path());
    try (Folder parent = Folder.walk(place.folder())) {
      int fd = parent.openRegular(place.name());
      try {
        return take(detected, keep, settings, parent, place.name(), fd);
      } finally {
        Descriptors.closeQuietly(fd);
      }
    } catch (LinuxException e) {
      return switch (e.errno()) {
        case Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP, Errno.EINVAL ->
            new Left(Reason.GONE, String.valueOf(e.getMessage()));
        default -> new Left(Reason.FAILED, String.valueOf(e.getMessage()));
      };
    } catch (IOException | IllegalArgumentException e) {
      return new Left(Reason.FAILED, String.valueOf(e.getMessage()));
    }
  }

  private Remedied take(
      Detected detected, boolean keep, RemedySettings settings, Folder parent, String name, int fd)
      throws IOException {
    FileStatus before = Descriptors.status(fd);
    if (detected.identity().isPresent() && !isSameFile(before, detected.identity().get())) {
      return new Left(Reason.GONE, "another file is there now");
    }
    if (!Descriptors.hasNoWriter(fd)) {
      return new Left(Reason.IN_USE, Reason.IN_USE.sentence());
    }
    if (keep && !vault.hasRoom(before.size(), settings)) {
      return new Left(Reason.FULL, Reason.FULL.sentence());
    }
    Item item = item(detected, keep, before, fd);
    try {
      if (!hashWhileCopying(item, fd, keep).equals(item.content().hash())
          || before.size() != item.content().length()) {
        vault.drop(item.id());
        return new Left(Reason.CHANGED, Reason.CHANGED.sentence());
      }
      if (keep) {
        vault.keep(item.id());
        checkpoint.reached(Step.COPIED);
      }
      vault.write(item);
      checkpoint.reached(Step.RECORDED);
    } catch (IOException e) {
      vault.drop(item.id());
      throw e;
    }
    return remove(item, parent, name, fd, before);
  }

  private static boolean isSameFile(FileStatus found, FileIdentity judged) {
    return found.device() == judged.filesystem() && found.inode() == judged.inode();
  }

  private Remedied remove(Item item, Folder parent, String name, int fd, FileStatus before)
      throws IOException {
    Staging made;
    try {
      made = Staging.make(parent, item.id());
    } catch (LinuxException e) {
      vault.remove(item);
      throw e;
    }
    try (Staging staging = made) {
      checkpoint.reached(Step.STAGED);
      boolean moved = false;
      try {
        staging.take(name);
        moved = true;
        checkpoint.reached(Step.MOVED);
        // Nobody can open it by this name any more: what it is now is what goes.
        if (!Staging.same(before, staging.status()) || !Descriptors.hasNoWriter(fd)) {
          leave(item, staging, name, moved);
          return new Left(Reason.CHANGED, Reason.CHANGED.sentence());
        }
        staging.remove();
      } catch (LinuxException e) {
        leave(item, staging, name, moved);
        throw e;
      }
      checkpoint.reached(Step.REMOVED);
      staging.clear();
      checkpoint.reached(Step.CLEARED);
    }
    return finish(item, fd);
  }

  /** What cannot be given back stays recorded: the next start goes on. */
  private void leave(Item item, Staging staging, String name, boolean moved) throws IOException {
    if (moved && staging.holdsSomething()) {
      staging.giveBack(name);
    }
    staging.clear();
    vault.remove(item);
  }

  private Remedied finish(Item item, int fd) throws IOException {
    FileStatus after = Descriptors.status(fd);
    Optional<String> kept = Optional.empty();
    try {
      if (item.state() == Item.State.DELETING) {
        vault.remove(item);
      } else {
        kept = Optional.of(item.id());
        vault.write(item.as(Item.State.HELD, after.links(), ""));
      }
    } catch (IOException e) {
      LOG.warn("quarantine record is behind id={} detail={}", item.id(), e.getMessage());
    }
    checkpoint.reached(Step.HELD);
    return new Taken(
        kept, after.links(), after.links() == 0 ? Optional.empty() : Optional.of(identity(after)));
  }

  private Item item(Detected detected, boolean keep, FileStatus before, int fd)
      throws LinuxException {
    byte[] id = new byte[8];
    random.nextBytes(id);
    return new Item(
        HexFormat.of().formatHex(id),
        keep ? Item.State.TAKING : Item.State.DELETING,
        detected.access().path(),
        "",
        before.device(),
        before.inode(),
        detected.known().content(),
        detected.threat(),
        clock.instant(),
        detected.access().process(),
        detected.access().uid(),
        before.links() - 1,
        Mask.newKey(),
        FileAttributes.of(fd));
  }

  /** The hash of what was copied, which is on the disk when this returns. */
  private ContentHash hashWhileCopying(Item item, int fd, boolean keep) throws IOException {
    MessageDigest digest = digests.get();
    ByteBuffer plain = ByteBuffer.allocateDirect(BUFFER_BYTES);
    if (!keep) {
      for (long at = 0; Descriptors.pread(fd, plain.clear(), at) > 0; at += plain.limit()) {
        digest.update(plain.flip());
      }
      return ContentHash.of(digest);
    }
    ByteBuffer masked = ByteBuffer.allocateDirect(BUFFER_BYTES);
    Mask mask = new Mask(item.key(), 0);
    try (FileChannel out = vault.fresh(item.id())) {
      long left = item.content().length();
      for (long at = 0; left > 0; ) {
        int count =
            Descriptors.pread(fd, plain.clear().limit((int) Math.min(left, BUFFER_BYTES)), at);
        if (count == 0) {
          break;
        }
        digest.update(plain.flip());
        mask.apply(plain.flip(), masked.clear());
        masked.flip();
        while (masked.hasRemaining()) {
          out.write(masked);
        }
        at += count;
        left -= count;
      }
      out.force(true);
    }
    return ContentHash.of(digest);
  }

  static FileIdentity identity(FileStatus status) {
    return new FileIdentity(
        status.device(),
        status.inode(),
        status.generation(),
        status.size(),
        status.modifiedNanos(),
        status.changedNanos());
  }
}
