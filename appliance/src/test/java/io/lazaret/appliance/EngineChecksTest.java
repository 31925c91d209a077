// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.appliance.engine.EngineSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests {@link EngineChecks}. */
class EngineChecksTest {
  private static final Instant NOW = Instant.parse("2027-01-10T08:00:00Z");

  @TempDir private Path directory;
  private final CheckReport report = new CheckReport();

  @Test
  void signaturesMustBeThere() {
    signatures();
    wrong("none (expected: files that freshclam made)", "run freshclam");
  }

  @Test
  void signaturesMustBeOfTheLastTwoDays() throws IOException {
    write("main.cvd", Duration.ofDays(90));
    write("daily.cld", Duration.ofDays(1));
    signatures();
    assertFalse(report.anyWrong(), report::text);
    write("daily.cld", Duration.ofDays(3));
    signatures();
    wrong("newest of 2027-01-07", "freshclam");
  }

  @Test
  void aMissingDirectoryIsNamed() throws IOException {
    Files.delete(directory);
    signatures();
    wrong("NoSuchFileException: " + directory, "engine.signatures");
  }

  @Test
  void testSignaturesAreNoted() throws IOException {
    write("lazaret-test.ndb", Duration.ZERO);
    signatures();
    assertFalse(report.anyWrong(), report::text);
    assertTrue(report.text().contains("protect against nothing"), report::text);
  }

  @Test
  void clamdMustBeThere() throws IOException {
    Path program = directory.resolve("clamd");
    checks().program(settings(program.toString()));
    wrong(program + ": not there", "apt-get install clamav-daemon");
    Files.writeString(program, "");
    assertTrue(program.toFile().setExecutable(true));
    CheckReport again = new CheckReport();
    checks(again).program(settings(program.toString()));
    assertFalse(again.anyWrong(), again::text);
  }

  private void signatures() {
    checks().signatures(EngineSettings.Managed.defaults(directory, directory));
  }

  private EngineSettings settings(String binary) {
    EngineSettings.Managed some = EngineSettings.Managed.defaults(directory, directory);
    return new EngineSettings(
        new EngineSettings.Managed(
            binary, directory, directory, some.temporary(), some.user(), 0, 0, ""),
        EngineSettings.Limits.defaults(),
        EngineSettings.Queue.defaults(),
        EngineSettings.Care.defaults());
  }

  private EngineChecks checks() {
    return checks(report);
  }

  private EngineChecks checks(CheckReport into) {
    return new EngineChecks(
        into, new MachineChecks(into, directory.resolve("proc"), () -> NOW), () -> NOW);
  }

  private void write(String name, Duration age) throws IOException {
    Path file = directory.resolve(name);
    Files.writeString(file, "x");
    Files.setLastModifiedTime(file, FileTime.from(NOW.minus(age)));
  }

  private void wrong(String detail, String advice) {
    assertTrue(report.anyWrong(), report::text);
    assertTrue(report.text().contains(detail), report::text);
    assertTrue(report.text().contains(advice), report::text);
  }
}
