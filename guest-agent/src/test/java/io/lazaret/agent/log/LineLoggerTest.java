// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Tests {@link LineLogger}. */
class LineLoggerTest {
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private PrintStream target = new PrintStream(written, true, StandardCharsets.UTF_8);
  private final LineLogger log = new LineLogger("io.lazaret.agent.Agent", Level.INFO, () -> target);

  private List<String> lines() {
    return written.toString(StandardCharsets.UTF_8).lines().toList();
  }

  @Test
  void slf4jFindsIt() {
    assertInstanceOf(LineLogger.class, LoggerFactory.getLogger("any"));
  }

  @Test
  void oneLineHasTimeLevelShortNameAndText() {
    log.warn("session ended appliance={} detail={}", "here:7310", "closed");
    String line = lines().getFirst();
    assertEquals(
        " WARN Agent - session ended appliance=here:7310 detail=closed", line.substring(24));
    assertTrue(Instant.parse(line.substring(0, 24)).isAfter(Instant.EPOCH), line);
  }

  @Test
  void timesAreThoseOfTheCalendar() {
    for (String time :
        List.of(
            "1970-01-01T00:00:00.000Z", "2026-02-09T03:04:05.006Z", "2100-12-31T23:59:59.999Z")) {
      StringBuilder line = new StringBuilder();
      LineLogger.appendTime(line, Instant.parse(time).toEpochMilli());
      assertEquals(time, line.toString());
    }
  }

  @Test
  void aTargetThatIsReplacedIsLeft() {
    target = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
    log.warn("elsewhere");
    assertEquals(List.of(), lines());
  }

  @Test
  void whatIsBelowTheLevelIsNotSaid() {
    log.debug("quiet");
    log.info("loud");
    assertEquals(1, lines().size());
  }

  @Test
  void aFailureIsShownWithItsTrace() {
    log.error("stop failed code={}", 3, new IllegalStateException("why"));
    assertTrue(lines().getFirst().endsWith("ERROR Agent - stop failed code=3"));
    assertEquals("java.lang.IllegalStateException: why", lines().get(1));
    assertTrue(lines().size() > 2);
  }
}
