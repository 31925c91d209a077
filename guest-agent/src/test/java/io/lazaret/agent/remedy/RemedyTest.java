// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.remedy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.agent.client.SourceAnswer;
import io.lazaret.agent.client.VerdictSource;
import io.lazaret.agent.decision.Epochs;
import io.lazaret.agent.decision.FileIdentity;
import io.lazaret.agent.decision.VerdictTable;
import io.lazaret.agent.metrics.Counters;
import io.lazaret.agent.metrics.Gauge;
import io.lazaret.agent.metrics.Metric;
import io.lazaret.agent.remedy.QuarantineDesk.Kind;
import io.lazaret.agent.remedy.RemedySettings.Tell;
import io.lazaret.agent.remedy.RemedySettings.Treatment;
import io.lazaret.protocol.Outcome;
import io.lazaret.protocol.Report;
import io.lazaret.protocol.Verdict;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Finds files infected, by each policy, and asks the quarantine about them. */
class RemedyTest {
  private static final Verdict.Infected BAD = new Verdict.Infected("Test.Bad");

  @TempDir Path root = Path.of("");
  private final Counters counters = new Counters();
  private final VerdictTable memory = new VerdictTable(64, new Epochs(System::nanoTime), counters);
  private final List<Report.Action> told = Collections.synchronizedList(new ArrayList<>());
  private final List<List<String>> rows = new ArrayList<>();
  private TestVault vault;
  private Workroom room;
  private Remedy remedy;
  private Path bad;
  private volatile Verdict verdict = BAD;

  @BeforeEach
  void start() throws IOException {
    vault = new TestVault(root);
    bad = Files.writeString(vault.home.resolve("bad"), "infected content");
    room = new Workroom(vault.folder);
    remedy =
        new Remedy(
            settings(Treatment.QUARANTINE, 10),
            room,
            memory,
            TestVault.DIGESTS,
            (access, infected, action) -> told.add(action),
            counters,
            InstantSource.system(),
            true);
    remedy.start();
  }

  @AfterEach
  void stop() throws IOException {
    room.close();
  }

  private RemedySettings settings(Treatment treatment, int files) {
    return new RemedySettings(treatment, vault.folder, 1 << 20, files, Tell.NONE);
  }

  /** As after a deny; returns when it was remedied or left. */
  private Detected find() throws IOException, InterruptedException {
    Detected detected = TestVault.detected(bad);
    FileIdentity identity = detected.identity().orElseThrow();
    remedy.found(detected.access(), identity, detected.known(), BAD);
    room.call(() -> true);
    return detected;
  }

  private Kind ask(String... words) throws InterruptedException {
    VerdictSource source =
        (access, content, deadline) -> {
          ByteBuffer plain = ByteBuffer.allocate(100);
          try {
            assertEquals(16, content.read(plain, 0));
          } catch (IOException e) {
            throw new AssertionError(e);
          }
          assertEquals("infected content", StandardCharsets.UTF_8.decode(plain.flip()).toString());
          return new SourceAnswer.Judged(verdict, 1, Outcome.Source.SCAN);
        };
    rows.clear();
    new QuarantineDesk(room, source, TestVault.DIGESTS).ask(List.of(words), rows::add);
    List<String> answer = rows.removeLast();
    assertEquals(QuarantineDesk.ANSWER, answer.getFirst());
    return Kind.valueOf(answer.get(1));
  }

  private String onlyId() throws InterruptedException {
    assertEquals(Kind.DONE, ask("list"));
    assertEquals(1, rows.size());
    return rows.getFirst().get(1).substring("id=".length());
  }

  @Test
  void quarantineTakesAndTells() throws Exception {
    Path other = Files.createLink(vault.home.resolve("other"), bad);
    var _ = find();
    assertFalse(Files.exists(bad));
    assertEquals(List.of(Report.Action.QUARANTINED), told);
    assertEquals(1, counters.get(Metric.QUARANTINED));
    assertEquals(1, counters.get(Gauge.QUARANTINE_FILES));
    assertEquals(16, counters.get(Gauge.QUARANTINE_BYTES));
    // Its other name is denied without an appliance.
    FileIdentity still = TestVault.detected(other).identity().orElseThrow();
    assertTrue(memory.findInfected(still).isPresent());
  }

  @Test
  void deleteKeepsNothing() throws Exception {
    remedy.settings(settings(Treatment.DELETE, 10));
    var _ = find();
    assertFalse(Files.exists(bad));
    assertEquals(List.of(Report.Action.DELETED), told);
    assertEquals(List.of(), vaultFiles());
  }

  private List<String> vaultFiles() throws IOException {
    return vault.vaultFiles();
  }

  @Test
  void denyAndReportLeaveTheFile() throws Exception {
    for (Treatment treatment : List.of(Treatment.DENY, Treatment.REPORT)) {
      remedy.settings(settings(treatment, 10));
      var _ = find();
      assertTrue(Files.exists(bad));
    }
    assertEquals(List.of(), told);
  }

  @Test
  void whatDoesNotFitIsLeftAndCountedAndNotTriedAgainAtOnce() throws Exception {
    remedy.settings(settings(Treatment.QUARANTINE, 0));
    var _ = find();
    var _ = find();
    assertTrue(Files.exists(bad));
    assertEquals(1, counters.get(Metric.REMEDIES_FAILED));
  }

  @Test
  void itIsRestoredWhenItIsCleanNowOrByForce() throws Exception {
    var _ = find();
    String id = onlyId();
    assertEquals(Kind.INFECTED, ask("submit", id));
    assertEquals(Kind.INFECTED, ask("restore", id, "asked", ""));
    verdict = new Verdict.Incomplete(Verdict.Reason.ENCRYPTED);
    assertEquals(Kind.COULD_NOT, ask("restore", id, "asked", ""));
    assertFalse(Files.exists(bad));
    verdict = Verdict.CLEAN;
    assertEquals(Kind.DONE, ask("submit", id));
    assertEquals(Kind.DONE, ask("restore", id, "asked", ""));
    assertEquals("infected content", Files.readString(bad));

    // Not restored by force, it is taken away when it is found infected once more.
    var _ = find();
    assertFalse(Files.exists(bad));
    assertEquals(Kind.DONE, ask("restore", onlyId(), "forced", ""));
    var _ = find();
    assertTrue(Files.exists(bad), "an operator wanted it there");
    assertEquals(1, counters.get(Metric.REMEDIES_FAILED));
  }

  @Test
  void aQuestionThatMakesNoSenseIsSaidToBeWrong() throws Exception {
    assertEquals(Kind.DONE, ask("list"));
    var _ = find();
    assertEquals(Kind.WRONG, ask("show"));
    assertEquals(Kind.WRONG, ask("show", "../../etc/passwd"));
    assertEquals(Kind.WRONG, ask("delete", "0123456789abcdef"));
    assertEquals(Kind.WRONG, ask("restore", onlyId(), "forced", "relative"));
    assertEquals(Kind.DONE, ask("delete", onlyId()));
    assertEquals(List.of(), vaultFiles());
  }
}
