// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.remedy;

/** Is told after each step that leaves something on a disk; tests end the process there. */
@FunctionalInterface
interface Checkpoint {
  /** The steps, each with what is on the disks when it is done. */
  enum Step {
    /** Masked content, no record: the next start removes it. */
    COPIED,
    /** Both; the file is where it was. */
    RECORDED,
    /** An empty private folder beside the file, too. */
    STAGED,
    /** The file is in that folder. */
    MOVED,
    /** The file is gone, the folder is there. */
    REMOVED,
    /** The folder is gone too. */
    CLEARED,
    /** The record says so. */
    HELD,
    /** To be given back: the whole file is in a private folder beside its place. */
    WRITTEN,
    /** It is in its place. */
    PLACED,
    /** Nothing of it is in the vault any more. */
    FORGOTTEN
  }

  void reached(Step step);

  Checkpoint NONE = step -> {};
}
