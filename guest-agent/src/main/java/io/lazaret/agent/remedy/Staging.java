// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.remedy;

import io.lazaret.agent.linux.Errno;
import io.lazaret.agent.linux.FileStatus;
import io.lazaret.agent.linux.Folder;
import io.lazaret.agent.linux.LinuxException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A private folder beside a file, on whatever filesystem and mount that is: an entry is moved into
 * it in one step, and only there, where nobody can swap it any more, it is looked at and removed.
 */
final class Staging implements AutoCloseable {
  private static final String PREFIX = ".lazaret-";
  private static final String FILE = "file";
  private static final Logger LOG = LoggerFactory.getLogger(Staging.class);

  private final Folder parent;
  private final Folder folder;
  private final String id;

  private Staging(Folder parent, Folder folder, String id) {
    this.parent = parent;
    this.folder = folder;
    this.id = id;
  }

  static Staging make(Folder parent, String id) throws LinuxException {
    return new Staging(parent, parent.makePrivate(PREFIX + id), id);
  }

  /** One that an earlier run has left. */
  static Staging find(Folder parent, String id) throws LinuxException {
    return new Staging(parent, parent.privateFolder(PREFIX + id), id);
  }

  /** Takes whatever has that name. */
  void take(String name) throws LinuxException {
    parent.move(name, folder, FILE);
  }

  /** What was taken. */
  FileStatus status() throws LinuxException {
    return folder.status(FILE);
  }

  boolean holdsSomething() throws LinuxException {
    try {
      status();
      return true;
    } catch (LinuxException e) {
      if (e.errno() == Errno.ENOENT) {
        return false;
      }
      throw e;
    }
  }

  /** Opens what was taken, for reading. */
  int open() throws LinuxException {
    return folder.openRegular(FILE);
  }

  /** A new file in it, for writing. */
  int create() throws LinuxException {
    return folder.create(FILE);
  }

  /** Gives it a name beside the folder, but no taken one. */
  void place(String name) throws LinuxException {
    folder.move(FILE, parent, name);
  }

  /** Gives back what was taken, under another name when its own is taken by now. */
  void giveBack(String name) throws LinuxException {
    try {
      place(name);
    } catch (LinuxException e) {
      if (e.errno() != Errno.EEXIST) {
        throw e;
      }
      String other = name + PREFIX + id;
      place(other);
      LOG.warn("file given back under another name name={} other={}", name, other);
    }
  }

  void remove() throws LinuxException {
    folder.unlink(FILE);
  }

  /** Removes the empty folder; its owner may have moved it away, where it harms nobody. */
  void clear() {
    try {
      parent.removeFolder(PREFIX + id);
      parent.sync();
    } catch (LinuxException e) {
      LOG.warn("empty folder stays name={} detail={}", PREFIX + id, e.getMessage());
    }
  }

  @Override
  public void close() {
    folder.close();
  }

  /** Whether two looks saw one unchanged content of one file. */
  static boolean same(FileStatus one, FileStatus other) {
    return one.device() == other.device()
        && one.inode() == other.inode()
        && one.size() == other.size()
        && one.modifiedNanos() == other.modifiedNanos();
  }
}
