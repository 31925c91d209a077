// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.content;

import io.lazaret.protocol.ContentKey;
import java.io.IOException;
import java.io.InputStream;

/** A content whose length and hash were checked here; gone when it is closed. */
public final class StagedContent implements AutoCloseable {
  private final ContentKey key;
  private final Hold hold;

  StagedContent(ContentKey key, Hold hold) {
    this.key = key;
    this.hold = hold;
  }

  /** What it is. */
  public ContentKey key() {
    return key;
  }

  /** The bytes from their beginning; may be called again; fails when the content was closed. */
  public InputStream open() throws IOException {
    return hold.open();
  }

  /** Deletes the bytes and gives the room back; safe to call again. */
  @Override
  public void close() {
    hold.release();
  }
}
