// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
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
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * An appliance that says what makes no sense: nobody waits longer, and nothing wrong is believed.
 */
@Timeout(60)
class LyingApplianceTest {
  private static final Outcome CLEAN = new Outcome.Judged(Verdict.CLEAN, 1, Outcome.Source.MEMORY);
  private static final Outcome EVIL =
      new Outcome.Judged(new Verdict.Infected("Evil"), 1, Outcome.Source.SCAN);

  @TempDir Path dir = Path.of("");
  private final TestAuthority authority = new TestAuthority();
  private @Nullable TestAppliance appliance;
  private @Nullable VerdictClient client;

  @AfterEach
  void closeAll() throws Exception {
    if (client != null) {
      client.stop();
    }
    if (appliance != null) {
      appliance.close();
    }
  }

  @Test
  void anAnswerToWhatNobodyAskedIsNobodysAnswer() throws Exception {
    assertInstanceOf(
        SourceAnswer.NoVerdict.class,
        ask(
            1500,
            guest -> {
              guest.welcome();
              while (true) {
                Ask ask = guest.readAsk();
                guest.answer(ask.id() + 1000, EVIL);
                guest.answer(ask.id() ^ 0x40000000, CLEAN);
              }
            }));
  }

  @Test
  void theFirstOfTwoAnswersCounts() throws Exception {
    SourceAnswer answer =
        ask(
            10_000,
            guest -> {
              guest.welcome();
              while (true) {
                Ask ask = guest.readAsk();
                guest.answer(ask.id(), EVIL);
                guest.answer(ask.id(), CLEAN);
              }
            });
    assertEquals(
        new Verdict.Infected("Evil"),
        assertInstanceOf(SourceAnswer.Judged.class, answer).verdict());
  }

  @Test
  void aSessionThatSaysGarbageIsLeftAndTheNextOneAnswers() throws Exception {
    byte[] garbage = new byte[4096];
    new Random(3).nextBytes(garbage);
    assertAnsweredBySecondSession(garbage);
  }

  @Test
  void aFrameOfMoreThanAllMemoryIsLeftAndTheNextSessionAnswers() throws Exception {
    assertAnsweredBySecondSession(new byte[] {0x7f, -1, -1, -1, 1, 0, 0, 0});
  }

  @Test
  void halfAFrameAndThenSilenceIsLeftAndTheNextSessionAnswers() throws Exception {
    assertAnsweredBySecondSession(new byte[] {0, 0});
  }

  private void assertAnsweredBySecondSession(byte[] said) throws Exception {
    SourceAnswer answer =
        ask(
            20_000,
            guest -> {
              guest.welcome();
              Ask ask = guest.readAsk();
              if (guest.number() == 1) {
                guest.raw(said);
                silence(guest);
              }
              guest.answer(ask.id(), CLEAN);
              silence(guest);
            });
    assertEquals(Verdict.CLEAN, assertInstanceOf(SourceAnswer.Judged.class, answer).verdict());
  }

  /** Reads on and says nothing, not even to pings. */
  private static void silence(TestAppliance.Conversation guest) throws IOException {
    while (true) {
      Message ignored = guest.read();
      assertNotNull(ignored);
    }
  }

  private SourceAnswer ask(int millis, TestAppliance.Script script) throws Exception {
    TestAppliance lying = new TestAppliance(authority, script);
    appliance = lying;
    IdentityFile file = new IdentityFile(dir.resolve("identity.pem"));
    file.write(authority.guest(Instant.now(), Duration.ofDays(1)));
    VerdictClient asking =
        VerdictClient.create(
            ClientSettings.of(List.of(lying.address())),
            new CurrentIdentity(file),
            new Greeting(EnumSet.allOf(Capability.class), "test", "guest", "Linux"),
            nobody(),
            Map::of);
    client = asking;
    asking.start();
    assertTrue(asking.awaitConnected(Duration.ofSeconds(20)));
    ContentKey key = new ContentKey(new ContentHash(1, 2, 3, 4), 10);
    long deadline = System.nanoTime() + Duration.ofMillis(millis).toNanos();
    SourceAnswer answer =
        asking.ask(
            new Access(Lane.OPEN, key, "/tmp/file", "/bin/cat", 1, 0), (into, at) -> 0, deadline);
    long late = System.nanoTime() - deadline;
    assertTrue(late < Duration.ofMillis(500).toNanos(), "late by ns: " + late);
    return answer;
  }

  private static ApplianceListener nobody() {
    return (ApplianceListener)
        Proxy.newProxyInstance(
            ApplianceListener.class.getClassLoader(),
            new Class<?>[] {ApplianceListener.class},
            (proxy, method, arguments) -> null);
  }
}
