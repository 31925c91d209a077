// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.client;

import io.lazaret.protocol.Answer;
import io.lazaret.protocol.Ask;
import io.lazaret.protocol.Capability;
import io.lazaret.protocol.Message;
import io.lazaret.protocol.Outcome;
import io.lazaret.protocol.SessionLimits;
import io.lazaret.protocol.codec.MessageReader;
import io.lazaret.protocol.codec.MessageWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

/** An appliance that follows a script, over real TLS: each connection runs the script once. */
public final class TestAppliance implements AutoCloseable {
  /** What the appliance does on one connection; its end closes the connection. */
  public interface Script {
    void run(Conversation guest) throws Exception;
  }

  /** One connection, as the script sees it. */
  public static final class Conversation {
    private final MessageReader reader;
    private final MessageWriter writer;
    private final OutputStream out;
    private final int number;

    Conversation(Socket socket, int number) throws IOException {
      out = socket.getOutputStream();
      reader = new MessageReader(socket.getInputStream());
      writer = new MessageWriter(socket.getOutputStream());
      this.number = number;
    }

    /** 1 for the first connection. */
    public int number() {
      return number;
    }

    public Message read() throws IOException {
      return reader.read();
    }

    public synchronized void write(Message message) throws IOException {
      writer.write(message);
      writer.flush();
    }

    /** Says what is no message. */
    public synchronized void raw(byte[] bytes) throws IOException {
      out.write(bytes);
      out.flush();
    }

    public void answer(int id, Outcome outcome) throws IOException {
      write(new Message.Answers(List.of(new Answer(id, outcome))));
    }

    /** Takes the Hello and opens the session with these limits. */
    public Message.Hello welcome(SessionLimits limits) throws IOException {
      Message.Hello hello = (Message.Hello) read();
      write(
          new Message.Welcome(
              1, EnumSet.allOf(Capability.class), "test", "guest-1", limits, 1, 3600));
      return hello;
    }

    public void welcome() throws IOException {
      welcome(LIMITS);
    }

    /** Reads on until an ask comes; answers pings meanwhile. */
    public Ask readAsk() throws IOException {
      while (true) {
        Message message = read();
        if (message instanceof Message.Asks asks && asks.asks().size() == 1) {
          return asks.asks().getFirst();
        }
        if (message instanceof Message.Ping ping) {
          write(new Message.Pong(ping.token()));
        }
      }
    }
  }

  public static final SessionLimits LIMITS = new SessionLimits(1000, 100, 1L << 30, 60_000);

  private final SSLServerSocket listening;
  private final Script script;
  private final AtomicInteger connections = new AtomicInteger();
  private final Set<SSLSocket> sockets = ConcurrentHashMap.newKeySet();
  private final List<Thread> threads = new CopyOnWriteArrayList<>();
  private final List<Throwable> failures = new CopyOnWriteArrayList<>();
  private final List<Exception> endings = new CopyOnWriteArrayList<>();
  private volatile boolean closed;

  public TestAppliance(TestAuthority authority, Script script) throws IOException {
    this.script = script;
    listening =
        (SSLServerSocket)
            authority
                .appliance()
                .getServerSocketFactory()
                .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
    listening.setWantClientAuth(true);
    threads.add(Thread.ofPlatform().name("test-appliance").start(this::accept));
  }

  public ApplianceAddress address() {
    return new ApplianceAddress("127.0.0.1", listening.getLocalPort());
  }

  public int connections() {
    return connections.get();
  }

  /** Breaks all connections and takes no more. */
  @Override
  public void close() throws IOException {
    closed = true;
    listening.close();
    for (SSLSocket socket : sockets) {
      socket.close();
    }
    for (Thread thread : threads) {
      thread.interrupt();
      joinUninterruptibly(thread);
    }
    for (Throwable failure : failures) {
      throw new AssertionError("the script failed", failure);
    }
  }

  private static void joinUninterruptibly(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  private void accept() {
    while (!closed) {
      try {
        SSLSocket socket = (SSLSocket) listening.accept();
        sockets.add(socket);
        int number = connections.incrementAndGet();
        threads.add(Thread.ofPlatform().name("test-guest").start(() -> converse(socket, number)));
      } catch (IOException ended) {
        if (!closed) {
          failures.add(ended);
        }
        return;
      }
    }
  }

  private void converse(SSLSocket socket, int number) {
    try (socket) {
      script.run(new Conversation(socket, number));
    } catch (IOException | InterruptedException guestLeft) {
      // The guest ends most conversations; what it should have got is asserted on its side.
      endings.add(guestLeft);
    } catch (Exception | Error failure) {
      failures.add(failure);
    } finally {
      sockets.remove(socket);
    }
  }
}
