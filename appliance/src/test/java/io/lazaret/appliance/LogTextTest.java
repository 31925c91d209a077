// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lazaret.appliance.admin.ApiAnswer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a guest says about itself, in the log as the appliance writes it and on a terminal. */
final class LogTextTest {
  private static final String FORGED = "2026-11-25T00:00:00.000Z INFO  Appliance all is well";
  private static final String HOSTILE =
      "a\nb\r\t\u001b[2J\u009b31m\u0000\u007f\u202egnp.exe\u2028\n" + FORGED;

  @Test
  void aMessageStaysOneLineAndSteersNoTerminal() throws Exception {
    List<String> lines = logged("session open: software=" + HOSTILE).lines().toList();
    assertEquals(1, lines.size());
    assertTrue(
        lines.getFirst().contains("software=a?b???[2J?31m???gnp.exe??2026"), lines.getFirst());
  }

  @Test
  void anExceptionsTextLooksLikeNoEvent() throws Exception {
    String text = logged("failed", new IOException(HOSTILE, new IOException(HOSTILE)));
    assertEquals(1, text.lines().filter(line -> line.startsWith("20")).count(), text);
    assertFalse(text.chars().anyMatch(c -> c < ' ' && c != '\n' && c != '\t'), text);
    assertTrue(text.contains("\tat io.lazaret.appliance.LogTextTest"), text);
    assertTrue(text.lines().skip(1).allMatch(line -> line.startsWith("  ")), text);
  }

  @Test
  void aVeryLongMessageIsCut() throws Exception {
    assertTrue(logged("x".repeat(100_000)).length() < 5_000);
  }

  @Test
  void theCommandLineShowsItTheSameWay() throws Exception {
    ApiAnswer answer = answer(200, "{\"items\":[{\"guest\":\"\\u001b[2J\\u009b\\u202ex\"}]}");
    assertEquals("GUEST\n?[2J??x", answer.table("guest"));
    assertEquals("[\n{\"guest\":\"\\u001B[2J\\u009B\\u202Ex\"}\n]", answer.json());
    assertEquals("?[2J", answer(404, "{\"error\":\"\\u001b[2J\"}").error());
  }

  private static String logged(String message) throws Exception {
    return logged(message, null);
  }

  private static String logged(String message, @Nullable Throwable failure) throws Exception {
    LoggerContext context = new LoggerContext();
    JoranConfigurator configurator = new JoranConfigurator();
    configurator.setContext(context);
    configurator.doConfigure(
        Objects.requireNonNull(ApplianceMain.class.getResource("/logback.xml")));
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    ConsoleAppender<ILoggingEvent> appender =
        (ConsoleAppender<ILoggingEvent>) root.getAppender("stderr");
    LoggingEvent event = new LoggingEvent("", root, Level.INFO, message, failure, new Object[0]);
    return new String(appender.getEncoder().encode(event), StandardCharsets.UTF_8);
  }

  private static ApiAnswer answer(int status, String json) throws IOException {
    return new ApiAnswer(status, (ObjectNode) new ObjectMapper().readTree(json));
  }
}
