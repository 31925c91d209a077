// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.scan;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** How much of the time something waits for the processor, the disk or memory: Linux's PSI. */
public final class Pressure {
  private static final String SOME = "some avg10=";

  private final Path folder;

  /**
   * Of this machine.
   *
   * @param folder {@code /proc/pressure}
   */
  public Pressure(Path folder) {
    this.folder = folder;
  }

  /** Whether the kernel tells it. */
  boolean isKnown() {
    return Files.isReadable(folder.resolve("cpu"));
  }

  /** What is above its limit now, for people; none when what is not urgent may go on. */
  public Optional<String> above(ScanSettings limits) {
    return above("cpu", limits.pauseCpu())
        .or(() -> above("io", limits.pauseIo()))
        .or(() -> above("memory", limits.pauseMemory()));
  }

  private Optional<String> above(String what, int limit) {
    if (limit == 0) {
      return Optional.empty();
    }
    double now = percent(what);
    return now > limit
        ? Optional.of(what + " pressure " + now + " % (limit: " + limit + " %)")
        : Optional.empty();
  }

  private double percent(String what) {
    try {
      String text = Files.readString(folder.resolve(what));
      int at = text.indexOf(SOME);
      int end = text.indexOf(' ', at + SOME.length());
      return at < 0 || end < 0 ? 0 : Double.parseDouble(text.substring(at + SOME.length(), end));
    } catch (IOException | NumberFormatException unknown) {
      return 0;
    }
  }
}
