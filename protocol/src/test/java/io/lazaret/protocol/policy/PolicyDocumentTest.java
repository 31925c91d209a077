// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.protocol.Message.PolicyPart;
import io.lazaret.protocol.codec.Batches;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class PolicyDocumentTest {
  private static final String HEAD = "lazaret-policy = 1\n";

  @Test
  void whatIsWrittenIsReadBack() throws PolicyException {
    PolicyDocument document =
        PolicyDocument.of(
            Map.of(
                PolicyKey.DEADLINE_OPEN, List.of("3 s"),
                PolicyKey.EXCLUDE_PATHS, List.of("/srv/données/", "/a = b"),
                PolicyKey.EXCLUDE_USERS, List.of(),
                PolicyKey.LIMITS_FILE_SIZE, List.of("64 MiB"),
                PolicyKey.REMEDY_INFECTED, List.of("DENY")),
            Set.of(PolicyKey.DEADLINE_OPEN, PolicyKey.EXCLUDE_USERS));
    assertEquals(
        HEAD
            + "deadline.open = 3000ms\n"
            + "remedy.infected = deny\n"
            + "exclude.paths = /srv/données/\n"
            + "exclude.paths = /a = b\n"
            + "exclude.users =\n"
            + "limits.file-size = 67108864\n"
            + "locked = deadline.open\n"
            + "locked = exclude.users\n",
        document.text());
    assertEquals(document, parse(document.text()));
    assertEquals(Optional.of(Duration.ofSeconds(3)), document.duration(PolicyKey.DEADLINE_OPEN));
    assertEquals(Optional.of(64L << 20), document.number(PolicyKey.LIMITS_FILE_SIZE));
    assertEquals(Optional.of(List.of()), document.values(PolicyKey.EXCLUDE_USERS));
    assertEquals(Optional.empty(), document.values(PolicyKey.EXCLUDE_PROGRAMS));
    assertTrue(document.locks(PolicyKey.EXCLUDE_USERS));
  }

  @Test
  void oneWrongLineRefusesAllAndSaysWhichAndWhy() {
    assertRefused(
        "deadline.open = 3000ms\n",
        "line 1: deadline.open = 3000ms (expected: lazaret-policy = 1)");
    assertRefused(
        HEAD + "deadline.open = 5\n",
        "line 2: deadline.open: 5 (expected: a duration with its unit");
    assertRefused(HEAD + "deadline.open = 1ms\n", "line 2: deadline.open: 1ms (expected: ");
    assertRefused(
        HEAD + "incomplete = deny\ndeadlin = 1s\n",
        "line 3: deadlin: unknown key (expected: one of ");
    assertRefused(
        HEAD + "exclude.paths = home\n",
        "line 2: exclude.paths: home (expected: an absolute path)");
    assertRefused(
        HEAD + "exclude.users = -1\n", "line 2: exclude.users: -1 (expected: a whole number");
    assertRefused(
        HEAD + "failure.open = maybe\n", "line 2: failure.open: maybe (expected: allow or deny)");
    assertRefused(
        HEAD + "failure.open = deny\nfailure.open = deny\n",
        "line 3: failure.open: deny (expected: once)");
    assertRefused(
        HEAD + "locked = failure.open\n", "locked: failure.open (expected: a key that has a value");
    assertRefused(
        HEAD + "failure.open=deny\n", "line 2: failure.open=deny (expected: KEY = VALUE)");
    assertRefused(HEAD + "failure.open = deny", "line 2: (expected: a line feed at its end)");
    assertRefused(HEAD + "\n", "line 2:  (expected: KEY = VALUE)");
    assertRefused(
        HEAD + "limits.file-size = 99999999 TiB\n",
        "line 2: limits.file-size: 99999999 TiB (expected: ");
    PolicyException notText =
        assertThrows(
            PolicyException.class, () -> PolicyDocument.parse(ByteBuffer.wrap(new byte[] {-1})));
    assertEquals("policy: (expected: UTF-8)", notText.getMessage());
  }

  @Test
  void tooLongIsRefusedOnBothSides() {
    String many = ("exclude.paths = /" + "a".repeat(4_000) + "\n").repeat(70);
    assertRefused(HEAD + many, "policy: ");
    assertThrows(
        PolicyException.class,
        () ->
            PolicyDocument.of(
                Map.of(
                    PolicyKey.EXCLUDE_USERS,
                    java.util.Collections.nCopies(PolicyDocument.MOST_ITEMS + 1, "1")),
                Set.of()));
  }

  @Test
  void partsBecomeOneDocumentAgain() throws PolicyException {
    byte[] document = new byte[40_000];
    java.util.Arrays.fill(document, (byte) 'x');
    PolicyAssembly assembly = new PolicyAssembly();
    List<PolicyPart> parts = Batches.policy(7, ByteBuffer.wrap(document));
    assertEquals(3, parts.size());
    for (PolicyPart part : parts.subList(0, 2)) {
      assertEquals(Optional.empty(), assembly.add(part));
    }
    PolicyAssembly.Whole whole = assembly.add(parts.get(2)).orElseThrow();
    assertEquals(7, whole.version());
    assertEquals(ByteBuffer.wrap(document), whole.bytes());
    assertThrows(PolicyException.class, () -> assembly.add(parts.get(1)));
    assertEquals(
        0,
        assembly
            .add(Batches.policy(8, ByteBuffer.allocate(0)).getFirst())
            .orElseThrow()
            .bytes()
            .remaining());
  }

  @Test
  void partsThatDoNotFollowAreRefusedUntilTheNextBeginning() throws PolicyException {
    PolicyAssembly assembly = new PolicyAssembly();
    List<PolicyPart> seven = Batches.policy(7, ByteBuffer.allocate(40_000));
    List<PolicyPart> eight = Batches.policy(8, ByteBuffer.allocate(40_000));
    assertEquals(Optional.empty(), assembly.add(seven.get(0)));
    assertThrows(PolicyException.class, () -> assembly.add(eight.get(1)));
    assertThrows(PolicyException.class, () -> assembly.add(seven.get(1)));
    assertEquals(Optional.empty(), assembly.add(eight.get(0)));
    assertEquals(Optional.empty(), assembly.add(eight.get(1)));
    assertEquals(40_000, assembly.add(eight.get(2)).orElseThrow().bytes().remaining());
  }

  @Test
  void manyPartsDoNotGrowBeyondTheBound() {
    PolicyAssembly assembly = new PolicyAssembly();
    PolicyException tooLong =
        assertThrows(
            PolicyException.class,
            () -> {
              for (int i = 0; i < 0xFFFF; i++) {
                assertEquals(
                    Optional.empty(),
                    assembly.add(new PolicyPart(1, i, 0xFFFF, ByteBuffer.allocate(16_000))));
              }
            });
    assertTrue(String.valueOf(tooLong.getMessage()).contains("too long"), tooLong.getMessage());
  }

  @Test
  void theSpecificationsExampleIsADocumentAndItsTableNamesEveryKey()
      throws IOException, PolicyException {
    String readme = Files.readString(Path.of("README.md"));
    Matcher example =
        Pattern.compile("```\n(lazaret-policy = 1\n.*?)```", Pattern.DOTALL).matcher(readme);
    assertTrue(example.find());
    assertEquals(example.group(1), parse(example.group(1)).text());
    List<String> missing = new ArrayList<>();
    for (PolicyKey key : PolicyKey.values()) {
      if (!readme.contains("`" + key.text() + "`")) {
        missing.add(key.text());
      }
    }
    assertEquals(List.of(), missing);
  }

  private static PolicyDocument parse(String text) throws PolicyException {
    return PolicyDocument.parse(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
  }

  private static void assertRefused(String text, String message) {
    PolicyException refused = assertThrows(PolicyException.class, () -> parse(text), text);
    assertTrue(String.valueOf(refused.getMessage()).startsWith(message), refused.getMessage());
  }
}
