// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.remedy;

import io.lazaret.agent.linux.FileAttributes;
import io.lazaret.protocol.ContentKey;
import java.time.Instant;

/**
 * One file that was taken away, or is about to be.
 *
 * @param id 16 hexadecimal digits
 * @param path where it was
 * @param target where it is being restored to; else empty
 * @param filesystem number of the filesystem it was on
 * @param inode number it had there
 * @param content what it held, as its verdict names it
 * @param process who accessed it; empty when unknown
 * @param user whose process that was, -1 when unknown
 * @param otherNames hard links it had beside this one: they stay, and are denied
 * @param key of its {@link Mask}
 */
record Item(
    String id,
    State state,
    String path,
    String target,
    long filesystem,
    long inode,
    ContentKey content,
    String threat,
    Instant found,
    String process,
    int user,
    int otherNames,
    String key,
    FileAttributes attributes) {

  /** How far it is. */
  enum State {
    /** Its content is in the vault; whether it is gone from its place is not known yet. */
    TAKING,
    /** It is in quarantine, and nowhere else. */
    HELD,
    /** It is being given back. */
    RESTORING,
    /** It is being deleted: nothing of it is in the vault. */
    DELETING
  }

  Item as(State newState, int newOtherNames, String newTarget) {
    return new Item(
        id,
        newState,
        path,
        newTarget,
        filesystem,
        inode,
        content,
        threat,
        found,
        process,
        user,
        newOtherNames,
        key,
        attributes);
  }
}
