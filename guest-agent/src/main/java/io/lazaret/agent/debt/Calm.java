// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.debt;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Waits until the guest has time for something that nobody waits for. */
final class Calm {
  private static final int FEW_HELD = 2;
  private static final double HIGH_PERCENT = 50;
  private static final long LOOK_MILLIS = 250;

  /** A guest that is always busy gets its debts worked off too, if slowly. */
  private static final int MOST_LOOKS = 120;

  /** Pressure stall information, of Linux 4.20: how much of ten seconds somebody had to wait. */
  private static final List<Path> PRESSURES =
      List.of(Path.of("/proc/pressure/cpu"), Path.of("/proc/pressure/io"));

  private static final String AVERAGE = "some avg10=";

  private final LongSupplier held;

  /**
   * Makes one.
   *
   * @param held opens that are held now
   */
  Calm(LongSupplier held) {
    this.held = held;
  }

  void await() throws InterruptedException {
    for (int looks = 0; looks < MOST_LOOKS && isBusy(); looks++) {
      TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
    }
  }

  private boolean isBusy() {
    return held.getAsLong() > FEW_HELD
        || PRESSURES.stream().anyMatch(file -> percent(file) > HIGH_PERCENT);
  }

  private static double percent(Path file) {
    try {
      return parse(Files.readString(file));
    } catch (IOException | NumberFormatException notTold) {
      return 0;
    }
  }

  static double parse(String text) {
    int space = text.indexOf(' ', AVERAGE.length());
    return text.startsWith(AVERAGE) && space > 0
        ? Double.parseDouble(text.substring(AVERAGE.length(), space))
        : 0;
  }
}
