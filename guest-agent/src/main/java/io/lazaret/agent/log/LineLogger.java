// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.log;

import java.io.PrintStream;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;

/** Writes {@code 2026-11-25T02:28:51.503Z WARN Agent - text}, and a failure's trace below it. */
final class LineLogger extends LegacyAbstractLogger {
  private static final long serialVersionUID = 1;

  private final String shortName;
  private final Level lowest;
  private final transient Supplier<PrintStream> target;

  /**
   * A logger.
   *
   * @param target asked for each line, because standard error is replaced while the agent starts
   */
  LineLogger(String name, Level lowest, Supplier<PrintStream> target) {
    this.name = name;
    this.shortName = name.substring(name.lastIndexOf('.') + 1);
    this.lowest = lowest;
    this.target = target;
  }

  @Override
  protected @Nullable String getFullyQualifiedCallerName() {
    return null;
  }

  @Override
  protected void handleNormalizedLoggingCall(
      Level level,
      @Nullable Marker marker,
      @Nullable String message,
      Object @Nullable [] arguments,
      @Nullable Throwable failure) {
    StringBuilder line = new StringBuilder(128);
    appendTime(line, System.currentTimeMillis());
    line.append(' ').append(level).append(' ').append(shortName).append(" - ");
    line.append(MessageFormatter.basicArrayFormat(message, arguments));
    PrintStream out = target.get();
    synchronized (out) {
      out.println(line);
      if (failure != null) {
        failure.printStackTrace(out);
      }
      out.flush();
    }
  }

  /** By hand: a formatter would bring its locales along. */
  static void appendTime(StringBuilder line, long epochMillis) {
    int millis = (int) Math.floorMod(epochMillis, 1000L);
    LocalDateTime time =
        LocalDateTime.ofEpochSecond(Math.floorDiv(epochMillis, 1000L), 0, ZoneOffset.UTC);
    line.append(time.getYear()).append('-');
    append(line, time.getMonthValue(), 2).append('-');
    append(line, time.getDayOfMonth(), 2).append('T');
    append(line, time.getHour(), 2).append(':');
    append(line, time.getMinute(), 2).append(':');
    append(line, time.getSecond(), 2).append('.');
    append(line, millis, 3).append('Z');
  }

  private static StringBuilder append(StringBuilder line, int number, int digits) {
    String text = Integer.toString(number);
    return line.repeat('0', digits - text.length()).append(text);
  }

  private boolean logs(Level level) {
    return level.toInt() >= lowest.toInt();
  }

  @Override
  public boolean isTraceEnabled() {
    return logs(Level.TRACE);
  }

  @Override
  public boolean isDebugEnabled() {
    return logs(Level.DEBUG);
  }

  @Override
  public boolean isInfoEnabled() {
    return logs(Level.INFO);
  }

  @Override
  public boolean isWarnEnabled() {
    return logs(Level.WARN);
  }

  @Override
  public boolean isErrorEnabled() {
    return logs(Level.ERROR);
  }
}
