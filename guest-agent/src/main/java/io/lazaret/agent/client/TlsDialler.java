// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.client;

import io.lazaret.protocol.Message;
import io.lazaret.protocol.codec.MessageReader;
import io.lazaret.protocol.codec.MessageWriter;
import io.lazaret.protocol.tls.ClientTls;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Blocking TLS sockets of the JDK: the smallest transport there is (the README's "Why it is so" has
 * the figures).
 */
public final class TlsDialler implements Transport.Dialler {
  private static final Duration CONNECT = Duration.ofSeconds(2);

  /** From the connection to the first message: TLS and Welcome. */
  private static final Duration GREETING = Duration.ofSeconds(5);

  private static final Logger LOG = LoggerFactory.getLogger(TlsDialler.class);

  private final Supplier<ClientTls> tls;
  private final AtomicReference<@Nullable Socket> connecting = new AtomicReference<>();
  private volatile boolean cancelled;

  /**
   * Dials with what the supplier gives at that moment, so that a renewed certificate is used from
   * the next connection on.
   */
  public TlsDialler(Supplier<ClientTls> tls) {
    this.tls = tls;
  }

  @Override
  public Transport dial(ApplianceAddress address) throws IOException {
    Socket plain = new Socket();
    connecting.set(plain);
    try {
      if (cancelled) {
        throw new SocketException("cancelled");
      }
      plain.setTcpNoDelay(true);
      plain.setSoTimeout((int) GREETING.toMillis());
      plain.connect(
          new InetSocketAddress(address.host(), address.port()), (int) CONNECT.toMillis());
      return new TlsTransport(plain, tls.get().secure(plain));
    } catch (IOException | RuntimeException failed) {
      plain.close();
      throw failed;
    } finally {
      connecting.set(null);
    }
  }

  @Override
  public void cancel() {
    cancelled = true;
    Socket half = connecting.get();
    if (half != null) {
      close(half);
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException alreadyBroken) {
      LOG.debug("closing a broken connection detail={}", String.valueOf(alreadyBroken));
    }
  }

  private static final class TlsTransport implements Transport {
    private final Socket plain;
    private final MessageReader reader;
    private final MessageWriter writer;
    private boolean greeted;

    TlsTransport(Socket plain, SSLSocket socket) throws IOException {
      this.plain = plain;
      this.reader = new MessageReader(socket.getInputStream());
      this.writer = new MessageWriter(socket.getOutputStream());
    }

    @Override
    public Message read() throws IOException {
      Message message = reader.read();
      if (!greeted) {
        greeted = true;
        plain.setSoTimeout(0);
      }
      return message;
    }

    @Override
    public void write(Message message) throws IOException {
      writer.write(message);
    }

    @Override
    public void flush() throws IOException {
      writer.flush();
    }

    /** Closes what is below TLS: TLS itself would wait for a writer whom a dead peer holds. */
    @Override
    public void close() {
      TlsDialler.close(plain);
    }
  }
}
