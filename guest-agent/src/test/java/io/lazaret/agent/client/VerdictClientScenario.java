// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.protocol.Access;
import io.lazaret.protocol.Ask;
import io.lazaret.protocol.Capability;
import io.lazaret.protocol.ContentHash;
import io.lazaret.protocol.ContentKey;
import io.lazaret.protocol.Lane;
import io.lazaret.protocol.Message;
import io.lazaret.protocol.Outcome;
import io.lazaret.protocol.Verdict;
import io.lazaret.protocol.tls.TlsIdentity;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A client with real TLS, and appliances that a test scripts. */
abstract class VerdictClientScenario {
  static final ContentReader NOTHING = (into, offset) -> 0;

  @TempDir Path dir = Path.of("");
  final TestAuthority authority = new TestAuthority();
  final Pushed pushed = new Pushed();
  final List<AutoCloseable> opened = new ArrayList<>();
  @Nullable CurrentIdentity identity;
  @Nullable VerdictClient client;

  @BeforeEach
  void enrol() throws IOException {
    identity = write(authority.guest(Instant.now(), Duration.ofDays(1)));
  }

  @AfterEach
  void closeAll() throws Exception {
    if (client != null) {
      client.stop();
    }
    for (AutoCloseable each : opened) {
      each.close();
    }
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      assertTrue(!thread.getName().startsWith("lazaret-"), () -> "left behind: " + thread);
    }
  }

  // ---- helpers

  static final class Asking {
    final Thread thread;
    volatile @Nullable SourceAnswer answer;

    Asking(VerdictClient client, Access access, ContentReader content, int millis) {
      thread =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
                  answer = client.ask(access, content, deadline);
                } catch (InterruptedException cancelled) {
                  Thread.currentThread().interrupt();
                }
              });
    }

    SourceAnswer.Judged judged() throws InterruptedException {
      thread.join();
      return assertInstanceOf(SourceAnswer.Judged.class, answer);
    }

    SourceAnswer.NoVerdict none() throws InterruptedException {
      thread.join();
      return assertInstanceOf(SourceAnswer.NoVerdict.class, answer);
    }
  }

  /** Keeps what the appliance says unasked. */
  static final class Pushed implements ApplianceListener {
    final BlockingQueue<Message> messages = new LinkedBlockingQueue<>();

    /** So many of the next sessions make the listener fail. */
    final AtomicInteger failures = new AtomicInteger();

    Message next() throws InterruptedException, TimeoutException {
      Message message = messages.poll(20, TimeUnit.SECONDS);
      if (message == null) {
        throw new TimeoutException("nothing was pushed");
      }
      return message;
    }

    @Override
    public void connected(ApplianceAddress appliance, Message.Welcome welcome) {
      if (failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
        throw new IllegalStateException("as the test wants it");
      }
    }

    @Override
    public void disconnected(ApplianceAddress appliance, String why) {}

    @Override
    public void epochChanged(Message.EpochChanged change) {
      messages.add(change);
    }

    @Override
    public void revoked(Message.Revoked revoked) {
      messages.add(revoked);
    }

    @Override
    public void policy(Message.PolicyPart part) {
      messages.add(part);
    }

    @Override
    public void scanOrdered(Message.ScanOrder order) {
      messages.add(order);
    }

    @Override
    public void reverify(Message.Reverify reverify) {
      messages.add(reverify);
    }
  }

  interface Condition {
    boolean holds();
  }

  static void poll(Condition condition) throws InterruptedException, TimeoutException {
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!condition.holds()) {
      if (System.nanoTime() > end) {
        throw new TimeoutException("did not come true");
      }
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  static <T extends Message> T next(BlockingQueue<Message> messages, Class<T> type)
      throws InterruptedException {
    Message message = messages.poll(20, TimeUnit.SECONDS);
    while (message != null && !type.isInstance(message)) {
      message = messages.poll(20, TimeUnit.SECONDS);
    }
    return assertInstanceOf(type, message);
  }

  static void collect(TestAppliance.Conversation guest, BlockingQueue<Message> into)
      throws IOException {
    while (true) {
      into.add(guest.read());
    }
  }

  static Message.Reports readReports(TestAppliance.Conversation guest) throws IOException {
    Message message = guest.read();
    while (!(message instanceof Message.Reports)) {
      message = guest.read();
    }
    return (Message.Reports) message;
  }

  /** Reads parts until so many bytes have come; the credit that is left. */
  static int receive(
      TestAppliance.Conversation guest, int id, ByteArrayOutputStream into, int credit)
      throws IOException {
    int left = credit;
    while (left > 0) {
      if (guest.read() instanceof Message.ContentPart part) {
        assertEquals(id, part.id());
        assertEquals(into.size(), part.offset());
        byte[] bytes = new byte[part.bytes().remaining()];
        part.bytes().get(bytes);
        into.writeBytes(bytes);
        left -= bytes.length;
      }
    }
    return left;
  }

  static void hold(TestAppliance.Conversation guest) throws IOException {
    while (true) {
      if (guest.read() instanceof Message.Ping ping) {
        guest.write(new Message.Pong(ping.token()));
      }
    }
  }

  static void sayClean(TestAppliance.Conversation guest) throws IOException {
    guest.welcome();
    while (true) {
      switch (guest.read()) {
        case Message.Asks batch -> {
          for (Ask ask : batch.asks()) {
            guest.answer(ask.id(), clean());
          }
        }
        case Message.Ping ping -> guest.write(new Message.Pong(ping.token()));
        default -> {}
      }
    }
  }

  static Outcome clean() {
    return new Outcome.Judged(Verdict.CLEAN, 1, Outcome.Source.MEMORY);
  }

  static Outcome infected(String threat) {
    return new Outcome.Judged(new Verdict.Infected(threat), 1, Outcome.Source.SCAN);
  }

  static Access access(long length) {
    ContentKey key = new ContentKey(new ContentHash(length, 2, 3, 4), length);
    return new Access(Lane.OPEN, key, "/tmp/file", "/bin/cat", 1, 0);
  }

  static ContentReader reader(byte[] content) {
    return (into, offset) -> {
      int count = (int) Math.min(into.remaining(), content.length - offset);
      into.put(content, (int) offset, Math.max(0, count));
      return Math.max(0, count);
    };
  }

  static Asking ask(VerdictClient client, Access access, ContentReader content, int ms) {
    return new Asking(client, access, content, ms);
  }

  TestAppliance appliance(TestAppliance.Script script) throws IOException {
    TestAppliance appliance = new TestAppliance(authority, script);
    opened.add(appliance);
    return appliance;
  }

  VerdictClient connect(TestAppliance... appliances) throws InterruptedException {
    ApplianceAddress[] addresses = new ApplianceAddress[appliances.length];
    for (int i = 0; i < addresses.length; i++) {
      addresses[i] = appliances[i].address();
    }
    VerdictClient client = client(addresses);
    client.start();
    assertTrue(client.awaitConnected(Duration.ofSeconds(20)));
    return client;
  }

  VerdictClient client(ApplianceAddress... appliances) {
    return client(Duration.ofMinutes(1), appliances);
  }

  VerdictClient client(Duration returnAfter, ApplianceAddress... appliances) {
    Greeting greeting =
        new Greeting(
            EnumSet.allOf(Capability.class), "test", "guest", System.getProperty("os.name"));
    VerdictClient created =
        VerdictClient.create(
            new ClientSettings(
                List.of(appliances),
                256,
                Duration.ofMillis(300),
                10_000,
                ClientSettings.Order.LISTED,
                returnAfter),
            identity(),
            greeting,
            pushed,
            Map::of);
    client = created;
    return created;
  }

  CurrentIdentity identity() {
    CurrentIdentity current = identity;
    if (current == null) {
      throw new IllegalStateException("not enrolled");
    }
    return current;
  }

  CurrentIdentity write(TlsIdentity guest) throws IOException {
    IdentityFile file = new IdentityFile(dir.resolve("identity.pem"));
    file.write(guest);
    return new CurrentIdentity(file);
  }
}
