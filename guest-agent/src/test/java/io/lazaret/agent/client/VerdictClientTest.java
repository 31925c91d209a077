// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.protocol.Answer;
import io.lazaret.protocol.Ask;
import io.lazaret.protocol.ContentHash;
import io.lazaret.protocol.ContentKey;
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
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Asks and answers on one session. */
class VerdictClientTest extends VerdictClientScenario {
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
  void aVerdictIsToldFirstByTheThreadThatReceivesIt() throws Exception {
    VerdictClient client = connect(appliance(VerdictClientTest::sayClean));
    List<String> told = Collections.synchronizedList(new ArrayList<>());
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    var answer =
        client.ask(
            access(1),
            NOTHING,
            deadline,
            verdict -> told.add(Thread.currentThread().getName() + " " + verdict.verdict()));
    assertEquals(Verdict.CLEAN, assertInstanceOf(SourceAnswer.Judged.class, answer).verdict());
    assertEquals(List.of("lazaret-reader " + Verdict.CLEAN), told);
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
    PendingAsk ask = new PendingAsk(1, access(1), hanging, deadline, verdict -> {});
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
}
