// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.protocol.Ask;
import io.lazaret.protocol.Message;
import io.lazaret.protocol.Outcome;
import io.lazaret.protocol.Refusal;
import io.lazaret.protocol.Report.DebtReason;
import io.lazaret.protocol.Verdict;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What becomes of asks when an appliance goes, falls silent, or sends its guests elsewhere. */
class VerdictClientFailoverTest extends VerdictClientScenario {
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
}
