// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A clamd that is looked after. */
interface Clamd extends AutoCloseable {
  /**
   * One life of it, from start to death.
   *
   * @param number grows with every life
   */
  record Run(long number, Scanner scanner) {}

  /** Starts looking after it. */
  void start();

  /** The present life, or null when there is none. */
  @Nullable Run run();

  /** Whether what that life has answered until now was really answered by it. */
  boolean genuine(Run run);

  /**
   * Tells what became of that life, after a scan lost its connection or hung; ends it when it does
   * not answer. Blocks for at most the time of a PING.
   */
  Fate died(Run run, boolean hung);

  /** What became of a life. */
  enum Fate {
    /** It goes on. */
    ALIVE,
    /** It ended in order, or was ended for a reason that has nothing to do with what it scanned. */
    ENDED,
    /** It crashed or hung. */
    BROKEN
  }

  /** What is known about its signatures. */
  Signatures signatures();

  @Override
  void close();

  /**
   * The signatures in use.
   *
   * @param generation 0 when unknown
   * @param newest when the newest file was made
   * @param selfTestAt when the last self-test ended
   * @param problem why newer signatures were not taken, empty when they were
   */
  record Signatures(
      long generation, @Nullable Instant newest, @Nullable Instant selfTestAt, String problem) {
    static final Signatures NONE = new Signatures(0, null, null, "");
  }
}
