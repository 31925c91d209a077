// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.protocol.Verdict;
import io.lazaret.protocol.Verdict.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Verdicts of a real clamd. */
class ManagedEngineIT {
  /** As it reads once clamd has put a space for every run of tags. */
  private static final String HTML_MARK = "lazaret mark without tags";

  @TempDir static Path directory;
  static EngineRig rig;

  @BeforeAll
  static void start() throws IOException {
    Path signatures = Files.createDirectories(directory.resolve("signatures"));
    Files.writeString(
        signatures.resolve("html.ndb"),
        "Html:3:*:" + HexFormat.of().formatHex(TestContents.text(HTML_MARK)) + "\n");
    rig = EngineRig.start(directory);
  }

  @AfterAll
  static void stop() {
    rig.close();
  }

  @Test
  void eicarIsInfectedAndTextIsClean() {
    assertInstanceOf(Verdict.Infected.class, rig.verdict(TestContents.eicar()));
    assertEquals(Verdict.CLEAN, rig.verdict(TestContents.text("nothing to see here")));
  }

  @Test
  void eicarInAZipIsInfected() throws IOException {
    assertInstanceOf(
        Verdict.Infected.class, rig.verdict(TestContents.zip(1, TestContents.eicar())));
  }

  @Test
  void emptyAndTinyContentsAreCleanWithoutAScan() {
    assertEquals(Verdict.CLEAN, rig.verdict(new byte[0]));
    assertEquals(Verdict.CLEAN, rig.verdict(new byte[5]));
  }

  @Test
  void contentLongerThanTheEngineTakesIsIncomplete() {
    byte[] big = new byte[(20 << 20) + 1];
    assertEquals(new Verdict.Incomplete(Reason.SIZE_LIMIT), rig.verdict(big));
  }

  @Test
  void eicarBehindTheNestingLimitIsIncomplete() throws IOException {
    byte[] nested = TestContents.eicar();
    for (int i = 0; i < 8; i++) {
      nested = TestContents.zip(0, nested);
    }
    assertEquals(new Verdict.Incomplete(Reason.NESTING_LIMIT), rig.verdict(nested));
  }

  @Test
  void eicarBehindThePartLimitIsIncomplete() throws IOException {
    assertEquals(
        new Verdict.Incomplete(Reason.PART_COUNT_LIMIT),
        rig.verdict(TestContents.zip(60, TestContents.eicar())));
  }

  @Test
  void aPartThatIsTooLongIsIncomplete() throws IOException {
    byte[] big = new byte[30 << 20];
    System.arraycopy(TestContents.eicar(), 0, big, big.length - 100, TestContents.eicar().length);
    assertEquals(new Verdict.Incomplete(Reason.SIZE_LIMIT), rig.verdict(TestContents.zip(0, big)));
  }

  @Test
  void whatOnlyShowsWithoutTagsIsFoundAndNeverCleanBehindPadding() {
    assertEquals(new Verdict.Infected("Html.UNOFFICIAL"), rig.verdict(page(1 << 10)));
    // The page and what clamd makes of it are together more than is looked at.
    assertEquals(new Verdict.Incomplete(Reason.SIZE_LIMIT), rig.verdict(page(12 << 20)));
  }

  private static byte[] page(int padding) {
    return TestContents.text(
        "<html><body>"
            + "padding of a page ".repeat(padding / 18)
            + HTML_MARK.replace(" ", "<b></b>")
            + "</body></html>");
  }

  @Test
  void bytesThatAreFewerOrMoreThanAnnouncedGiveNoVerdict() {
    byte[] content = TestContents.text("some content of some length");
    for (int length : new int[] {content.length - 1, content.length + 1}) {
      ScanRequest honest = TestContents.request(content, EngineRig.LONG);
      ScanRequest wrong =
          new ScanRequest(
              honest.lane(),
              1,
              1,
              TestContents.key(new byte[length]),
              honest.source(),
              honest.deadlineNanos());
      assertInstanceOf(ScanResult.NotScanned.class, EngineRig.get(rig.engine.scan(wrong)));
    }
  }

  @Test
  void largeContentsComeThroughWhole() {
    byte[] big = new byte[10 << 20];
    Arrays.fill(big, (byte) 'a');
    assertEquals(Verdict.CLEAN, rig.verdict(big));
  }

  @Test
  void theStatusNamesVersionEpochAndGeneration() {
    EngineStatus status = rig.engine.status();
    assertTrue(status.version().startsWith("ClamAV"), status.toString());
    assertTrue(status.epoch() > 0 && status.generation() > 0, status.toString());
    assertEquals("", status.problem());
  }
}
