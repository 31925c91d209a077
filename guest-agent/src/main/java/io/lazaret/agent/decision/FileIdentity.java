// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.decision;

/**
 * What a file has to have kept for an earlier verdict about it to count.
 *
 * @param filesystem number of the mounted filesystem (st_dev)
 * @param inode number of the file on it
 * @param generation tells an inode number's reuse from its first use; 0 where the filesystem does
 *     not say
 * @param size bytes
 * @param modifiedNanos when the content was changed, in ns since 1970
 * @param changedNanos when content or attributes were changed, in ns since 1970; no process can set
 *     it
 */
public record FileIdentity(
    long filesystem,
    long inode,
    long generation,
    long size,
    long modifiedNanos,
    long changedNanos) {

  @Override
  public int hashCode() {
    return Long.hashCode(inode * 0x9E3779B97F4A7C15L + changedNanos + filesystem);
  }
}
