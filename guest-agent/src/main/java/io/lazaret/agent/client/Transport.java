// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.client;

import io.lazaret.protocol.Message;
import io.lazaret.protocol.tls.ClientTls;
import java.io.Closeable;
import java.io.IOException;
import java.util.function.Supplier;

/**
 * One connection to an appliance, as messages: one thread reads, one other thread at a time writes,
 * {@link #close()} from any thread frees both.
 */
public interface Transport extends Closeable {
  /**
   * Waits for the next message.
   *
   * @throws java.io.EOFException when the appliance closed the connection
   */
  Message read() throws IOException;

  /** Encodes a message; it is on its way after {@link #flush()}. */
  void write(Message message) throws IOException;

  void flush() throws IOException;

  /** The appliance's key, by a digest: the same for as long as it has the same key. */
  String peer();

  @Override
  void close();

  /** Makes diallers; the agent's is {@link TlsDialler}. */
  interface Maker {
    /** Dials with what the supplier gives at that moment. */
    Dialler dialler(Supplier<ClientTls> tls);
  }

  /** Opens connections. */
  interface Dialler {
    /** Connects and finishes TLS; no message has been exchanged. */
    Transport dial(ApplianceAddress address) throws IOException;

    /** Breaks off what {@link #dial} is doing on another thread, and refuses to do it again. */
    void cancel();
  }
}
