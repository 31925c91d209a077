// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests {@link MachineChecks} and how {@link CheckReport} says it. */
class MachineChecksTest {
  private static final Instant NOW = Instant.parse("2027-01-10T08:00:00Z");

  @TempDir private Path proc;
  private Instant now = NOW;
  private final CheckReport report = new CheckReport();
  private MachineChecks machine;

  @BeforeEach
  void open() {
    machine = new MachineChecks(report, proc, () -> now);
  }

  @Test
  void aClockBeforeThisWasWrittenIsWrong() {
    machine.clock();
    assertFalse(report.anyWrong(), report::text);
    now = Instant.parse("1970-01-02T00:00:00Z");
    machine.clock();
    wrong("clock", "1970-01-02T00:00:00Z (expected: after", "NTP");
  }

  @Test
  void aCertificateMustCountNowAndLastForLong() {
    certificate(NOW.minusSeconds(9), NOW.plus(Duration.ofDays(4)));
    assertFalse(report.anyWrong(), report::text);
    certificate(NOW.minusSeconds(9), NOW.plus(Duration.ofDays(2)));
    wrong("certificate", "ends soon: 2027-01-12", "renew it");
    certificate(NOW.minusSeconds(9), NOW.minusSeconds(1));
    wrong("certificate", "ended 2027-01-10", "renew it");
    certificate(NOW.plusSeconds(60), NOW.plus(Duration.ofDays(9)));
    wrong("certificate", "counts from 2027-01-10T08:01:00Z on", "set the clock");
  }

  private void certificate(Instant begins, Instant ends) {
    machine.certificate("certificate", begins, ends, Duration.ofDays(3), "renew it");
  }

  @Test
  void aDiskMustBeThereAndHaveRoom() {
    machine.disk("disk", proc, 1);
    assertFalse(report.anyWrong(), report::text);
    machine.disk("disk", proc, Long.MAX_VALUE);
    wrong("disk", "free (expected: at least", "make room there");
    machine.disk("disk", proc.resolve("none"), 1);
    wrong("disk", "missing or not writable", "make it");
  }

  @Test
  void theHardLimitOfDescriptorsCounts() throws IOException {
    limits("Max open files            1024                 4096                 files     ");
    machine.descriptors("7", 4096);
    assertFalse(report.anyWrong(), report::text);
    machine.descriptors("7", 4097);
    wrong("descriptors", "4096 at most (expected: at least 4097)", "LimitNOFILE");
  }

  @Test
  void unlimitedOrUnknownIsNotWrong() throws IOException {
    limits("Max open files            1024                 unlimited            files     ");
    machine.descriptors("7", Long.MAX_VALUE);
    machine.descriptors("8", 1);
    assertFalse(report.anyWrong(), report::text);
    assertTrue(report.text().contains("any number"), report::text);
    assertTrue(report.text().contains("--    descriptors       cannot be read"), report::text);
  }

  private void limits(String line) throws IOException {
    Files.createDirectories(proc.resolve("7"));
    Files.writeString(proc.resolve("7/limits"), "Limit Soft Hard Units\n" + line + "\n");
  }

  @Test
  void thereMustBeMemoryLeft() throws IOException {
    machine.memory(1);
    assertFalse(report.anyWrong(), report::text);
    Files.writeString(proc.resolve("meminfo"), "MemTotal: 9 kB\nMemAvailable:     2048 kB\n");
    machine.memory(2L << 20);
    assertFalse(report.anyWrong(), report::text);
    machine.memory(3L << 20);
    wrong("memory", "2 MiB available (expected: at least 3 MiB)", "give the guest more");
  }

  @Test
  void asJsonEachFindingIsALine() {
    report.good("one", "fine");
    report.wrong("two", "a \"quoted\" problem", "do this");
    assertEquals(4, report.json().lines().count(), report::json);
    assertTrue(report.json().contains("a \\\"quoted\\\" problem"), report::json);
    assertTrue(report.json().replace(" ", "").contains("\"state\":\"wrong\""), report::json);
  }

  private void wrong(String what, String detail, String advice) {
    assertTrue(report.anyWrong(), report::text);
    String[] lines = report.text().split("\n", -1);
    String finding = lines[lines.length - 2];
    assertTrue(finding.startsWith("WRONG ") && finding.contains(what), finding);
    assertTrue(finding.contains(detail), finding);
    assertTrue(lines[lines.length - 1].contains("-> ") && lines[lines.length - 1].contains(advice));
  }
}
