// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.log;

import java.util.Locale;
import org.slf4j.ILoggerFactory;
import org.slf4j.IMarkerFactory;
import org.slf4j.event.Level;
import org.slf4j.helpers.BasicMarkerFactory;
import org.slf4j.helpers.NOPMDCAdapter;
import org.slf4j.spi.MDCAdapter;
import org.slf4j.spi.SLF4JServiceProvider;

/**
 * SLF4J's backend for an agent that has to stay small: no calendars, no locales, no settings but
 * the lowest level, {@code -Dlazaret.log=warn} (default: info).
 */
public final class LineLogging implements SLF4JServiceProvider {
  private static final String LEVEL = "lazaret.log";

  private final IMarkerFactory markers = new BasicMarkerFactory();
  private final MDCAdapter contexts = new NOPMDCAdapter();
  private final Level lowest = lowest(System.getProperty(LEVEL, "info"));

  private static Level lowest(String said) {
    try {
      return Level.valueOf(said.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          LEVEL + ": " + said + " (expected: error, warn, info, debug or trace)", e);
    }
  }

  @Override
  public ILoggerFactory getLoggerFactory() {
    return name -> new LineLogger(name, lowest, () -> System.err);
  }

  @Override
  public IMarkerFactory getMarkerFactory() {
    return markers;
  }

  @Override
  public MDCAdapter getMDCAdapter() {
    return contexts;
  }

  @Override
  public String getRequestedApiVersion() {
    return "2.0.99";
  }

  @Override
  public void initialize() {
    // Nothing has to be looked for.
  }
}
