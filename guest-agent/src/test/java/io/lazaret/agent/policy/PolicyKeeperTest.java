// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.protocol.Message.PolicyPart;
import io.lazaret.protocol.codec.Batches;
import io.lazaret.protocol.policy.PolicyDocument;
import io.lazaret.protocol.policy.PolicyKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PolicyKeeperTest {
  private static final String FIRST = "lazaret-policy = 1\nincomplete = deny\n";
  private static final String SECOND = "lazaret-policy = 1\nincomplete = allow\n";

  @TempDir private Path directory;
  private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
  private final BlockingQueue<PolicyDocument> applied = new LinkedBlockingQueue<>();

  @Test
  void whatComesIsInForceKeptAndTold() throws Exception {
    PolicyKeeper keeper = keeper();
    keeper.start();
    assertEquals(Policy.NONE, keeper.inForce());
    send(keeper, 7, FIRST);
    assertEquals("7 true ", next());
    assertEquals(7, keeper.inForce().version());
    PolicyKeeper restarted = keeper();
    applied.clear();
    restarted.start();
    assertEquals(keeper.inForce(), restarted.inForce());
    assertEquals(FIRST, applied.take().text());
    send(restarted, 0, PolicyDocument.EMPTY.text());
    assertEquals("0 true ", next());
    PolicyKeeper withoutPolicy = keeper();
    withoutPolicy.start();
    assertEquals(Policy.NONE, withoutPolicy.inForce());
  }

  @Test
  void whatCannotBeTakenIsRefusedAsAWholeAndTheOneBeforeStays() throws Exception {
    PolicyKeeper keeper = keeper();
    send(keeper, 7, FIRST);
    assertEquals("7 true ", next());
    applied.clear();
    send(keeper, 8, SECOND + "exclude.paths = home\n");
    assertEquals("8 false line 3: exclude.paths: home (expected: an absolute path)", next());
    assertEquals(7, keeper.inForce().version());
    assertTrue(keeper.problem().startsWith("version 8 refused: line 3"), keeper.problem());
    assertEquals(List.of(), List.copyOf(applied));
    PolicyKeeper restarted = keeper();
    restarted.start();
    assertEquals(7, restarted.inForce().version());
    keeper.part(new PolicyPart(9, 1, 2, ByteBuffer.allocate(1)));
    assertTrue(next().startsWith("9 false policy part: 1 of version 9"));
    send(keeper, 10, SECOND);
    assertEquals("10 true ", next());
    assertEquals("", keeper.problem());
  }

  @Test
  void whatCannotBeKeptIsInForceAndSaysSo() throws Exception {
    Files.writeString(directory.resolve("state"), "a file where the folder should be");
    PolicyKeeper keeper = keeper();
    send(keeper, 7, FIRST);
    assertTrue(next().startsWith("7 true in force, but not kept"));
    assertEquals(7, keeper.inForce().version());
  }

  @Test
  void aDamagedFileDoesNotStopTheStart() throws IOException {
    Files.createDirectories(directory.resolve("state"));
    for (String damaged : List.of("", "version = x\n" + FIRST, "version = 7\nnonsense\n")) {
      Files.writeString(directory.resolve("state/policy"), damaged);
      PolicyKeeper keeper = keeper();
      keeper.start();
      assertEquals(Policy.NONE, keeper.inForce());
      assertFalse(keeper.problem().isEmpty());
    }
  }

  @Test
  void lockedCountsBeforeOwnAndOwnBeforeThePolicyAndThatBeforeTheDefault() throws Exception {
    PolicyDocument document =
        PolicyDocument.parse(bytes(FIRST + "failure.open = deny\nlocked = incomplete\n"));
    Precedence counts =
        new Precedence(document, Set.of(PolicyKey.INCOMPLETE, PolicyKey.FAILURE_OPEN));
    assertEquals("deny", value(counts, PolicyKey.INCOMPLETE));
    assertTrue(counts.overrides(PolicyKey.INCOMPLETE));
    assertEquals("own", value(counts, PolicyKey.FAILURE_OPEN));
    Precedence silent = new Precedence(document, Set.of());
    assertEquals("deny", value(silent, PolicyKey.FAILURE_OPEN));
    assertEquals("own", value(silent, PolicyKey.FAILURE_EXECUTE));
  }

  private static String value(Precedence counts, PolicyKey key) {
    return counts.of(key, "own", policy -> policy.value(key));
  }

  private PolicyKeeper keeper() {
    return new PolicyKeeper(
        directory.resolve("state/policy"),
        applied::add,
        (version, inForce, detail) -> told.add(version + " " + inForce + " " + detail));
  }

  private static void send(PolicyKeeper keeper, long version, String text) {
    Batches.policy(version, bytes(text)).forEach(keeper::part);
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  private String next() throws InterruptedException {
    return String.valueOf(told.poll(10, TimeUnit.SECONDS));
  }
}
