// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.server;

import io.lazaret.appliance.content.Upload;
import io.lazaret.protocol.Message.ContentPart;
import io.lazaret.protocol.Refusal;
import io.netty.util.collection.IntObjectHashMap;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The contents that one guest is sending, and the credit it has for each; on the connection's event
 * loop.
 */
final class Uploads {
  /** One content: granted and received count from its beginning. */
  private static final class Receiving {
    private final Upload upload;
    private long granted;
    private long received;

    Receiving(Upload upload, int credit) {
      this.upload = upload;
      this.granted = credit;
    }
  }

  private static final int SLACK = 64 << 10; // of credit that was on its way to the guest

  private final ServerFigures figures;
  private @Nullable IntObjectHashMap<Receiving> receiving;
  // What guests may still send of uploads that ended early: it was under way when they ended.
  private long forgiven;

  Uploads(ServerFigures figures) {
    this.figures = figures;
  }

  /**
   * Expects the content of a request.
   *
   * @return bytes that may be sent at once
   */
  int begin(int id, Upload upload) {
    if (receiving == null) {
      receiving = new IntObjectHashMap<>(4);
    }
    int credit = upload.initialCredit();
    receiving.put(id, new Receiving(upload, credit));
    return credit;
  }

  /** Notes more credit; false when the request is over. */
  boolean grant(int id, int bytes) {
    Receiving content = receiving == null ? null : receiving.get(id);
    if (content == null) {
      return false;
    }
    content.granted += bytes;
    return true;
  }

  /** Takes a part; false when nobody can have asked for it. */
  boolean take(ContentPart part) {
    int bytes = part.bytes().remaining();
    Receiving content = receiving == null ? null : receiving.get(part.id());
    if (content == null) {
      forgiven -= bytes + 1; // the last part may be empty
      return forgiven >= 0;
    }
    figures.received(bytes);
    content.received += bytes;
    Optional<Refusal> refused = content.upload.accept(part.offset(), part.bytes(), part.last());
    if (part.last() || refused.isPresent()) {
      remove(part.id());
    }
    return true;
  }

  /** The guest, or what it did, ended an upload; its flight hears of it and goes on. */
  void abort(int id, Refusal code) {
    Receiving content = remove(id);
    if (content != null) {
      content.upload.abort(code);
    }
  }

  /** The request is over. */
  void end(int id) {
    remove(id);
  }

  /** The connection is closed. */
  void abortAll() {
    if (receiving != null) {
      for (Receiving content : List.copyOf(receiving.values())) {
        content.upload.abort(Refusal.CONTENT_UNAVAILABLE);
      }
      receiving = null;
    }
  }

  private @Nullable Receiving remove(int id) {
    Receiving content = receiving == null ? null : receiving.remove(id);
    if (content != null) {
      forgiven += Math.max(0, content.granted - content.received) + SLACK;
    }
    return content;
  }
}
