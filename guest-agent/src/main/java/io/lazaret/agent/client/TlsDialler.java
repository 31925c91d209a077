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
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import javax.net.ssl.SSLSocket;
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
  private final Set<Socket> connecting = ConcurrentHashMap.newKeySet();
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
    connecting.add(plain);
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
      connecting.remove(plain);
    }
  }

  @Override
  public void cancel() {
    cancelled = true;
    connecting.forEach(TlsDialler::close);
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
    private final String peer;
    private final MessageReader reader;
    private final MessageWriter writer;
    private boolean greeted;

    TlsTransport(Socket plain, SSLSocket socket) throws IOException {
      this.plain = plain;
      this.peer = keyOf(socket);
      this.reader = new MessageReader(socket.getInputStream());
      this.writer = new MessageWriter(socket.getOutputStream());
    }

    private static String keyOf(SSLSocket socket) throws IOException {
      try {
        byte[] key = socket.getSession().getPeerCertificates()[0].getPublicKey().getEncoded();
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(key));
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every JDK has SHA-256", e);
      }
    }

    @Override
    public String peer() {
      return peer;
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
