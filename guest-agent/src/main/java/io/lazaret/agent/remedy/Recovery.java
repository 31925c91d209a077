// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.remedy;

import io.lazaret.agent.linux.Errno;
import io.lazaret.agent.linux.FileStatus;
import io.lazaret.agent.linux.Folder;
import io.lazaret.agent.linux.LinuxException;
import java.io.IOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Goes on where a crash has left an item: a file that is still in its place stays there and its
 * copy goes; one that is in nobody's reach any more goes, and its copy stays.
 */
final class Recovery {
  private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

  private final Vault vault;

  Recovery(Vault vault) {
    this.vault = vault;
  }

  /** Settles everything that is under way. */
  void run() throws IOException {
    for (String id : vault.ids()) {
      try {
        Optional<Item> item = vault.find(id);
        if (item.isPresent() && item.get().state() != Item.State.HELD) {
          settle(item.get());
        }
      } catch (IOException broken) {
        LOG.error("quarantine record left alone id={} detail={}", id, broken.getMessage());
      }
    }
  }

  private void settle(Item item) throws IOException {
    boolean restoring = item.state() == Item.State.RESTORING;
    try {
      Place place = Place.of(restoring ? item.target() : item.path());
      try (Folder parent = Folder.walk(place.folder())) {
        boolean inPlace =
            restoring ? clearRestored(item, parent) : clearTaken(item, parent, place.name());
        settled(item, inPlace);
      }
    } catch (LinuxException e) {
      if (restoring) {
        vault.write(item.as(Item.State.HELD, item.otherNames(), ""));
      }
      // Its filesystem may not be mounted yet: the next start tries again.
      LOG.warn(
          "quarantine not settled id={} path={} state={} detail={}",
          item.id(),
          Printable.of(item.path()),
          item.state(),
          e.getMessage());
    } catch (IllegalArgumentException e) {
      LOG.error("quarantine record left alone id={} detail={}", item.id(), e.getMessage());
    }
  }

  private void settled(Item item, boolean inPlace) throws IOException {
    if (inPlace || item.state() == Item.State.DELETING) {
      vault.remove(item);
    } else {
      vault.write(item.as(Item.State.HELD, item.otherNames(), ""));
    }
    LOG.info(
        "quarantine settled after a crash id={} path={} was={} left_in_place={}",
        item.id(),
        Printable.of(item.path()),
        item.state(),
        inPlace);
  }

  /** What was being given back is still whole in the vault. */
  private static boolean clearRestored(Item item, Folder parent) throws LinuxException {
    try (Staging staging = Staging.find(parent, item.id())) {
      if (staging.holdsSomething()) {
        staging.remove();
      }
      staging.clear();
    } catch (LinuxException e) {
      if (e.errno() != Errno.ENOENT) {
        throw e;
      }
    }
    return false;
  }

  /** Whether the file is in its place. */
  private static boolean clearTaken(Item item, Folder parent, String name) throws LinuxException {
    try (Staging staging = Staging.find(parent, item.id())) {
      if (staging.holdsSomething()) {
        if (is(item, staging.status())) {
          staging.remove();
        } else {
          staging.giveBack(name);
        }
      }
      staging.clear();
    } catch (LinuxException e) {
      if (e.errno() != Errno.ENOENT) {
        throw e;
      }
    }
    try {
      return is(item, parent.status(name));
    } catch (LinuxException e) {
      if (e.errno() == Errno.ENOENT) {
        return false;
      }
      throw e;
    }
  }

  private static boolean is(Item item, FileStatus found) {
    // The number of a filesystem may differ after a restart of the machine.
    return found.inode() == item.inode()
        && found.size() == item.content().length()
        && found.modifiedNanos() == item.attributes().modifiedNanos();
  }
}
