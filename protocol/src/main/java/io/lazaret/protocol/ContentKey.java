// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol;

/**
 * What a verdict is about: the hash of a whole file and its length in bytes.
 *
 * @param length bytes, not negative
 */
public record ContentKey(ContentHash hash, long length) {
  public ContentKey {
    Checks.notNegative("length", length);
  }
}
