// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.protocol.Access;
import io.lazaret.protocol.Answer;
import io.lazaret.protocol.Ask;
import io.lazaret.protocol.Capability;
import io.lazaret.protocol.ContentHash;
import io.lazaret.protocol.ContentKey;
import io.lazaret.protocol.Lane;
import io.lazaret.protocol.Message;
import io.lazaret.protocol.Outcome;
import io.lazaret.protocol.Refusal;
import io.lazaret.protocol.Report;
import io.lazaret.protocol.Report.DebtReason;
import io.lazaret.protocol.Revocation;
import io.lazaret.protocol.SessionLimits;
import io.lazaret.protocol.Verdict;
import io.lazaret.protocol.tls.TlsIdentity;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerdictClientTest {
  private static final ContentReader NOTHING = (into, offset) -> 0;

  @TempDir Path dir = Path.of("");
  private final TestAuthority authority = new TestAuthority();
  private final Pushed pushed = new Pushed();
  private final List<AutoCloseable> opened = new ArrayList<>();
  private @Nullable CurrentIdentity identity;
  private @Nullable VerdictClient client;

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

  @Test
  void answersMayComeInAnyOrder() throws Exception {
    VerdictClient client =
        connect(
            appliance(guest -> {
              guest.welcome();
              List<Ask> asks = new ArrayList<>();
              while (asks.size() < 50) {
                if (guest.read() instanceof Message.Asks batch) {
                  asks.addAll(batch.asks());
                }
              }
              Collections.shuffle(asks, new Random(7));
              for (Ask ask : asks) {
                guest.answer(ask.id(), infected("T" + ask.access().content().length()));
              }
              hold(guest);
            }));
    List<Asking> askings = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      askings.add(ask(client, access(i), NOTHING, 20_000));
    }
    for (int i = 0; i < 50; i++) {
      assertEquals(new Verdict.Infected("T" + i), askings.get(i).judged().verdict());
    }
  }

  @Test
  void waitingAsksTravelInBatchesWithinTheAppliancesLimits() throws Exception {
    AtomicInteger largest = new AtomicInteger();
    AtomicInteger frames = new AtomicInteger();
    VerdictClient client =
        connect(
            appliance(guest -> {
              guest.welcome(new SessionLimits(4, 3, 1 << 20, 60_000));
              while (true) {
                if (guest.read() instanceof Message.Asks batch) {
                  frames.incrementAndGet();
                  largest.accumulateAndGet(batch.asks().size(), Math::max);
                  List<Answer> answers = new ArrayList<>();
                  for (Ask ask : batch.asks()) {
                    answers.add(new Answer(ask.id(), clean()));
                  }
                  guest.write(new Message.Answers(answers));
                }
              }
            }));
    List<Asking> askings = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      askings.add(ask(client, access(i), NOTHING, 20_000));
    }
    for (Asking asking : askings) {
      assertEquals(Verdict.CLEAN, asking.judged().verdict());
    }
    assertTrue(largest.get() <= 3, "largest batch " + largest);
    assertTrue(frames.get() < 200, frames + " frames");
  }

  @Test
  void aListenerThatFailsEndsTheSessionAndTheNextOneAnswers() throws Exception {
    pushed.failures.set(1);
    VerdictClient client = client(appliance(VerdictClientTest::sayClean).address());
    client.start();
    poll(() -> pushed.failures.get() == 0);
    assertTrue(client.awaitConnected(Duration.ofSeconds(20)));
    assertEquals(Verdict.CLEAN, ask(client, access(1), NOTHING, 20_000).judged().verdict());
  }

  @Test
  void aReadThatHangsHoldsUpNoNewsAndOnlyTheAskersLeaving() throws Exception {
    CountDownLatch reading = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    ContentReader hanging =
        (into, offset) -> {
          reading.countDown();
          try {
            release.await();
          } catch (InterruptedException stopped) {
            throw new IOException(stopped);
          }
          return 0;
        };
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    PendingAsk ask = new PendingAsk(1, access(1), hanging, deadline);
    Thread upload =
        Thread.ofPlatform()
            .start(() -> {
              try {
                assertTrue(ask.read(ByteBuffer.allocate(1), 0));
              } catch (IOException failed) {
                throw new AssertionError(failed);
              }
            });
    reading.await();
    Thread news =
        Thread.ofPlatform().start(() -> ask.deliver(new PendingAsk.News.Unreadable("no")));
    boolean came = news.join(Duration.ofSeconds(20));
    Thread leaving = Thread.ofPlatform().start(ask::finish);
    release.countDown();
    upload.join();
    leaving.join();
    news.join();
    assertTrue(came, "news waited for the read");
    assertInstanceOf(PendingAsk.News.Unreadable.class, ask.await(until -> until));
  }

  @Test
  void aBusyApplianceIsAskedAgainWithinTheDeadline() throws Exception {
    VerdictClient client =
        connect(
            appliance(guest -> {
              guest.welcome();
              guest.answer(guest.readAsk().id(), new Outcome.Busy(20));
              guest.answer(guest.readAsk().id(), new Outcome.Busy(20));
              guest.answer(guest.readAsk().id(), clean());
              guest.answer(guest.readAsk().id(), new Outcome.Busy(60_000));
              hold(guest);
            }));
    assertEquals(Verdict.CLEAN, ask(client, access(1), NOTHING, 20_000).judged().verdict());
    assertEquals(DebtReason.OVERLOAD, ask(client, access(2), NOTHING, 20_000).none().reason());
  }

  @Test
  void whatAStoppingApplianceRefusesTheNextOneAnswers() throws Exception {
    TestAppliance stopping =
        appliance(guest -> {
          guest.welcome();
          guest.answer(guest.readAsk().id(), new Outcome.Refused(Refusal.SHUTTING_DOWN));
          guest.write(new Message.Goodbye(Refusal.SHUTTING_DOWN, ""));
        });
    VerdictClient client = connect(stopping, appliance(VerdictClientTest::sayClean));
    assertEquals(Verdict.CLEAN, ask(client, access(1), NOTHING, 20_000).judged().verdict());
  }

  @Test
  void contentFlowsUnderItsCreditAndAsksPassIt() throws Exception {
    byte[] content = new byte[100_000];
    new Random(1).nextBytes(content);
    ByteArrayOutputStream received = new ByteArrayOutputStream();
    CountDownLatch stalled = new CountDownLatch(1);
    VerdictClient client =
        connect(
            appliance(guest -> {
              guest.welcome();
              Ask large = guest.readAsk();
              guest.answer(large.id(), new Outcome.SendContent(1_000));
              int credit = receive(guest, large.id(), received, 1_000);
              assertEquals(0, credit);
              stalled.countDown();
              // The upload has no credit now: the next thing that comes is another's ask.
              guest.answer(guest.readAsk().id(), clean());
              while (received.size() < content.length) {
                guest.write(new Message.Credit(large.id(), 777));
                int most = Math.min(777, content.length - received.size());
                assertEquals(0, receive(guest, large.id(), received, most));
              }
              guest.answer(large.id(), infected("Large"));
              hold(guest);
            }));
    Asking large = ask(client, access(content.length), reader(content), 20_000);
    assertTrue(stalled.await(20, TimeUnit.SECONDS));
    assertEquals(Verdict.CLEAN, ask(client, access(2), NOTHING, 20_000).judged().verdict());
    assertEquals(new Verdict.Infected("Large"), large.judged().verdict());
    assertEquals(ByteBuffer.wrap(content), ByteBuffer.wrap(received.toByteArray()));
    assertEquals(content.length, client.bytesSent());
  }

  @Test
  void aFileThatShrankIsNotSent() throws Exception {
    BlockingQueue<Message> messages = new LinkedBlockingQueue<>();
    VerdictClient client =
        connect(
            appliance(guest -> {
              guest.welcome();
              guest.answer(guest.readAsk().id(), new Outcome.SendContent(100_000));
              collect(guest, messages);
            }));
    Asking asking = ask(client, access(5_000), reader(new byte[4_000]), 20_000);
    assertEquals(DebtReason.UNREADABLE, asking.none().reason());
    Message.ContentAborted aborted = next(messages, Message.ContentAborted.class);
    assertEquals(Refusal.CONTENT_UNAVAILABLE, aborted.code());
    next(messages, Message.Cancel.class);
  }

  @Test
  void anAskNobodyWaitsForIsCancelledAndItsLateAnswerIgnored() throws Exception {
    VerdictClient client =
        connect(
            appliance(guest -> {
              guest.welcome();
              Ask first = guest.readAsk();
              Message next = guest.read();
              while (!(next instanceof Message.Cancel)) {
                next = guest.read();
              }
              assertEquals(new Message.Cancel(first.id()), next);
              guest.answer(first.id(), infected("Late"));
              guest.answer(guest.readAsk().id(), clean());
              hold(guest);
            }));
    assertEquals(DebtReason.DEADLINE, ask(client, access(1), NOTHING, 150).none().reason());
    assertEquals(Verdict.CLEAN, ask(client, access(2), NOTHING, 20_000).judged().verdict());
    Asking interrupted = ask(client, access(3), NOTHING, 20_000);
    interrupted.thread.interrupt();
    interrupted.thread.join();
    assertEquals(0, client.inFlight());
  }

  @Test
  void asksInFlightMoveToTheNextApplianceWhenOneFallsSilent() throws Exception {
    CountDownLatch asked = new CountDownLatch(20);
    TestAppliance silent =
        appliance(guest -> {
          guest.welcome();
          while (true) {
            if (guest.read() instanceof Message.Asks batch) {
              batch.asks().forEach(ask -> asked.countDown());
            }
          }
        });
    TestAppliance second = appliance(VerdictClientTest::sayClean);
    VerdictClient client = connect(silent, second);
    List<Asking> askings = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      askings.add(ask(client, access(i), NOTHING, 20_000));
    }
    assertTrue(asked.await(10, TimeUnit.SECONDS));
    for (Asking asking : askings) {
      assertEquals(Verdict.CLEAN, asking.judged().verdict());
    }
    assertEquals(second.address(), client.standing().appliance().orElseThrow());
  }

  @Test
  void newAsksWaitForTheApplianceThatWasNotTriedYet() throws Exception {
    CountDownLatch lost = new CountDownLatch(1);
    CountDownLatch asked = new CountDownLatch(1);
    TestAppliance first =
        appliance(guest -> {
          guest.welcome();
          assertTrue(lost.await(20, TimeUnit.SECONDS));
        });
    TestAppliance second =
        appliance(guest -> {
          assertTrue(asked.await(20, TimeUnit.SECONDS));
          sayClean(guest);
        });
    VerdictClient client = connect(first, second);
    lost.countDown();
    while (second.connections() == 0) {
      TimeUnit.MILLISECONDS.sleep(10);
    }
    Asking early = ask(client, access(1), NOTHING, 20_000);
    // Longer than anybody would wait for one that was tried.
    assertFalse(early.thread.join(Duration.ofMillis(600)), "answered without an appliance");
    Asking late = ask(client, access(2), NOTHING, 20_000);
    assertFalse(late.thread.join(Duration.ofMillis(50)), "answered without an appliance");
    asked.countDown();
    assertEquals(Verdict.CLEAN, early.judged().verdict());
    assertEquals(Verdict.CLEAN, late.judged().verdict());
  }

  @Test
  void anApplianceThatStopsReadingIsLeftThoughTheWriterIsStuck() throws Exception {
    CountDownLatch done = new CountDownLatch(1);
    TestAppliance deaf =
        appliance(guest -> {
          guest.welcome();
          guest.answer(guest.readAsk().id(), new Outcome.SendContent(1 << 30));
          assertTrue(done.await(60, TimeUnit.SECONDS));
        });
    TestAppliance second = appliance(VerdictClientTest::sayClean);
    VerdictClient client = connect(deaf, second);
    ContentReader endless =
        (into, offset) -> {
          int count = into.remaining();
          into.position(into.limit());
          return count;
        };
    Asking asking = ask(client, access(1 << 28), endless, 20_000);
    assertEquals(Verdict.CLEAN, asking.judged().verdict());
    done.countDown();
  }

  @Test
  void aRestartedApplianceGetsTheAsksAgain() throws Exception {
    VerdictClient client =
        connect(
            appliance(guest -> {
              guest.welcome();
              Ask ask = guest.readAsk();
              if (guest.number() > 1) {
                guest.answer(ask.id(), clean());
                hold(guest);
              }
            }));
    assertEquals(Verdict.CLEAN, ask(client, access(1), NOTHING, 20_000).judged().verdict());
  }

  @Test
  void withoutAnApplianceNobodyWaitsForItsDeadline() throws Exception {
    ApplianceAddress nobody;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      nobody = new ApplianceAddress("127.0.0.1", free.getLocalPort());
    }
    VerdictClient client = client(nobody);
    client.start();
    for (int i = 0; i < 20; i++) {
      long start = System.nanoTime();
      Asking asking = ask(client, access(i), NOTHING, 60_000);
      assertEquals(DebtReason.APPLIANCE_AWAY, asking.none().reason());
      assertTrue(System.nanoTime() - start < Duration.ofSeconds(20).toNanos());
    }
  }

  @Test
  void aRefusedSecondSessionIsNotTriedAgainSoon() throws Exception {
    TestAppliance appliance =
        appliance(guest -> {
          guest.read();
          guest.write(new Message.Goodbye(Refusal.DUPLICATE_SESSION, "already here"));
        });
    VerdictClient client = client(appliance.address());
    client.start();
    assertEquals(
        DebtReason.APPLIANCE_AWAY, ask(client, access(1), NOTHING, 60_000).none().reason());
    poll(() -> client.standing().detail().startsWith("DUPLICATE_SESSION"));
    assertEquals(1, appliance.connections());
  }

  @Test
  void pushesReachTheListener() throws Exception {
    ContentKey key = new ContentKey(new ContentHash(1, 2, 3, 4), 5);
    Message.Revoked revoked =
        new Message.Revoked(List.of(new Revocation(key, new Verdict.Infected("T"), 2)));
    connect(
        appliance(guest -> {
          guest.welcome();
          guest.write(new Message.EpochChanged(2, 60));
          guest.write(revoked);
          guest.write(new Message.ScanOrder(9, List.of("/home")));
          hold(guest);
        }));
    assertEquals(new Message.EpochChanged(2, 60), pushed.next());
    assertEquals(revoked, pushed.next());
    assertEquals(new Message.ScanOrder(9, List.of("/home")), pushed.next());
  }

  @Test
  void aDrainedGuestGoesWhereItIsSent() throws Exception {
    TestAppliance second = appliance(VerdictClientTest::sayClean);
    TestAppliance first =
        appliance(guest -> {
          guest.welcome();
          guest.write(new Message.Drain(List.of(second.address().toString()), 100));
          hold(guest);
        });
    VerdictClient client = connect(first);
    poll(() -> client.standing().appliance().filter(second.address()::equals).isPresent());
    assertEquals(Verdict.CLEAN, ask(client, access(1), NOTHING, 20_000).judged().verdict());
  }

  @Test
  void aSilentApplianceIsLeftWithinTwoSecondsAndTheAskIsAnsweredElsewhere() throws Exception {
    TestAppliance second = appliance(VerdictClientTest::sayClean);
    TestAppliance first =
        appliance(guest -> {
          guest.welcome();
          Message heard = guest.read();
          while (!(heard instanceof Message.Goodbye)) {
            heard = guest.read();
          }
        });
    VerdictClient client = client(first.address(), second.address());
    client.start();
    assertTrue(client.awaitConnected(Duration.ofSeconds(20)));
    long began = System.nanoTime();
    assertEquals(Verdict.CLEAN, ask(client, access(1), NOTHING, 5_000).judged().verdict());
    long took = Duration.ofNanos(System.nanoTime() - began).toMillis();
    assertTrue(took < 2_500, took + " ms");
  }

  @Test
  void theEpochsOfTwoAppliancesAreNotTakenForOne() throws Exception {
    TestAppliance second = appliance(VerdictClientTest::sayClean);
    TestAppliance first =
        appliance(guest -> {
          guest.welcome();
          guest.answer(guest.readAsk().id(), clean());
        });
    VerdictClient client = client(first.address(), second.address());
    client.start();
    assertTrue(client.awaitConnected(Duration.ofSeconds(20)));
    long one = ask(client, access(1), NOTHING, 20_000).judged().epoch();
    poll(() -> client.standing().appliance().filter(second.address()::equals).isPresent());
    long two = ask(client, access(2), NOTHING, 20_000).judged().epoch();
    assertNotEquals(one, two);
    assertEquals(ApplianceEpochs.said(one), ApplianceEpochs.said(two));
  }

  @Test
  void aGuestReturnsToTheApplianceThatComesFirst() throws Exception {
    TestAppliance second = appliance(VerdictClientTest::sayClean);
    TestAppliance first =
        appliance(guest -> {
          if (guest.number() == 1) {
            guest.welcome();
          } else {
            sayClean(guest);
          }
        });
    VerdictClient client = client(Duration.ofMillis(300), first.address(), second.address());
    client.start();
    poll(() -> client.standing().appliance().filter(second.address()::equals).isPresent());
    assertEquals(Verdict.CLEAN, ask(client, access(1), NOTHING, 20_000).judged().verdict());
    poll(() -> client.standing().appliance().filter(first.address()::equals).isPresent());
    assertEquals(Verdict.CLEAN, ask(client, access(2), NOTHING, 20_000).judged().verdict());
  }

  @Test
  void reportsAreSentUntilTheyAreStored() throws Exception {
    BlockingQueue<Message.Reports> batches = new LinkedBlockingQueue<>();
    VerdictClient client =
        connect(
            appliance(guest -> {
              guest.welcome();
              Message.Reports batch = readReports(guest);
              if (guest.number() > 1) {
                while (true) {
                  batches.add(batch);
                  guest.write(new Message.ReportsStored(batch.sequence()));
                  batch = readReports(guest);
                }
              }
            }));
    Report.Debt debt = new Report.Debt(Instant.EPOCH, access(1), DebtReason.DEADLINE);
    client.reports().offer(debt);
    poll(() -> client.reports().waiting() == 0);
    assertTrue(batches.stream().flatMap(batch -> batch.reports().stream()).anyMatch(debt::equals));
    assertEquals(0, client.reports().dropped());
  }

  @Test
  void anOldCertificateIsRenewedOnTheSession() throws Exception {
    identity = write(authority.guest(Instant.now().minusSeconds(800), Duration.ofSeconds(1_000)));
    TlsIdentity old = identity().identity();
    connect(
        appliance(guest -> {
          guest.welcome();
          Message message = guest.read();
          while (!(message instanceof Message.Renew)) {
            message = guest.read();
          }
          var request = ((Message.Renew) message).request();
          guest.write(new Message.Enrolled("guest-1", authority.sign(request, Duration.ofDays(1))));
          hold(guest);
        }));
    poll(() -> !identity().identity().certificate().equals(old.certificate()));
    TlsIdentity stored = new IdentityFile(dir.resolve("identity.pem")).read();
    assertEquals(identity().identity().certificate(), stored.certificate());
    assertEquals(identity().identity().key(), stored.key());
  }

  // ---- helpers

  private static final class Asking {
    final Thread thread;
    private volatile @Nullable SourceAnswer answer;

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
  private static final class Pushed implements ApplianceListener {
    private final BlockingQueue<Message> messages = new LinkedBlockingQueue<>();

    /** So many of the next sessions make the listener fail. */
    private final AtomicInteger failures = new AtomicInteger();

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

  private interface Condition {
    boolean holds();
  }

  private static void poll(Condition condition) throws InterruptedException, TimeoutException {
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!condition.holds()) {
      if (System.nanoTime() > end) {
        throw new TimeoutException("did not come true");
      }
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  private static <T extends Message> T next(BlockingQueue<Message> messages, Class<T> type)
      throws InterruptedException {
    Message message = messages.poll(20, TimeUnit.SECONDS);
    while (message != null && !type.isInstance(message)) {
      message = messages.poll(20, TimeUnit.SECONDS);
    }
    return assertInstanceOf(type, message);
  }

  private static void collect(TestAppliance.Conversation guest, BlockingQueue<Message> into)
      throws IOException {
    while (true) {
      into.add(guest.read());
    }
  }

  private static Message.Reports readReports(TestAppliance.Conversation guest) throws IOException {
    Message message = guest.read();
    while (!(message instanceof Message.Reports)) {
      message = guest.read();
    }
    return (Message.Reports) message;
  }

  /** Reads parts until so many bytes have come; the credit that is left. */
  private static int receive(
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

  private static void hold(TestAppliance.Conversation guest) throws IOException {
    while (true) {
      if (guest.read() instanceof Message.Ping ping) {
        guest.write(new Message.Pong(ping.token()));
      }
    }
  }

  private static void sayClean(TestAppliance.Conversation guest) throws IOException {
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

  private static Outcome clean() {
    return new Outcome.Judged(Verdict.CLEAN, 1, Outcome.Source.MEMORY);
  }

  private static Outcome infected(String threat) {
    return new Outcome.Judged(new Verdict.Infected(threat), 1, Outcome.Source.SCAN);
  }

  private static Access access(long length) {
    ContentKey key = new ContentKey(new ContentHash(length, 2, 3, 4), length);
    return new Access(Lane.OPEN, key, "/tmp/file", "/bin/cat", 1, 0);
  }

  private static ContentReader reader(byte[] content) {
    return (into, offset) -> {
      int count = (int) Math.min(into.remaining(), content.length - offset);
      into.put(content, (int) offset, Math.max(0, count));
      return Math.max(0, count);
    };
  }

  private static Asking ask(VerdictClient client, Access access, ContentReader content, int ms) {
    return new Asking(client, access, content, ms);
  }

  private TestAppliance appliance(TestAppliance.Script script) throws IOException {
    TestAppliance appliance = new TestAppliance(authority, script);
    opened.add(appliance);
    return appliance;
  }

  private VerdictClient connect(TestAppliance... appliances) throws InterruptedException {
    ApplianceAddress[] addresses = new ApplianceAddress[appliances.length];
    for (int i = 0; i < addresses.length; i++) {
      addresses[i] = appliances[i].address();
    }
    VerdictClient client = client(addresses);
    client.start();
    assertTrue(client.awaitConnected(Duration.ofSeconds(20)));
    return client;
  }

  private VerdictClient client(ApplianceAddress... appliances) {
    return client(Duration.ofMinutes(1), appliances);
  }

  private VerdictClient client(Duration returnAfter, ApplianceAddress... appliances) {
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

  private CurrentIdentity identity() {
    CurrentIdentity current = identity;
    if (current == null) {
      throw new IllegalStateException("not enrolled");
    }
    return current;
  }

  private CurrentIdentity write(TlsIdentity guest) throws IOException {
    IdentityFile file = new IdentityFile(dir.resolve("identity.pem"));
    file.write(guest);
    return new CurrentIdentity(file);
  }
}
