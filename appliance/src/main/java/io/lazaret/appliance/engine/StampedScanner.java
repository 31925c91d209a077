// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import org.jspecify.annotations.Nullable;

/** Scans, and tells the epoch of the engine that really answered. */
final class StampedScanner {
  /** A reload changes the generation once; more often only when reloads follow each other. */
  private static final int TRIES = 4;

  private final Epochs epochs;
  private final @Nullable Canary canary;

  /**
   * @param canary null when the signatures are not ours: then nobody tells inside a reload
   */
  StampedScanner(Epochs epochs, @Nullable Canary canary) {
    this.epochs = epochs;
    this.canary = canary;
  }

  /**
   * @param epoch 0 unless there is a verdict
   */
  record Stamped(Scanner.Look look, long epoch) {}

  /** A verdict counts when the epoch was the same before and after the scan. */
  Stamped scan(Clamd.Run run, ScanRequest request) {
    for (int i = 0; i < TRIES; i++) {
      Stamp before = stamp(run);
      if (before.trouble() != null) {
        return new Stamped(before.trouble(), 0);
      }
      Scanner.Look look = run.scanner().scan(request.content().length(), request.source());
      if (!(look instanceof Scanner.Look.Found)) {
        return new Stamped(look, 0);
      }
      Stamp after = stamp(run);
      if (after.trouble() != null) {
        return new Stamped(after.trouble(), 0);
      }
      if (before.epoch() == after.epoch()) {
        return new Stamped(look, before.epoch());
      }
    }
    return new Stamped(new Scanner.Look.Failed("the engine's state kept changing"), 0);
  }

  private Stamp stamp(Clamd.Run run) {
    Epochs.Window window = epochs.window();
    if (window.settled() && window.run() == run.number()) {
      return new Stamp(window.epoch(), null);
    }
    if (window.run() != run.number()) {
      return new Stamp(0, new Scanner.Look.Absent("the engine was started again"));
    }
    if (canary == null) {
      return new Stamp(0, new Scanner.Look.Failed("the engine's state is unknown"));
    }
    return switch (canary.read(run.scanner())) {
      case Canary.Reading.Generation(long number) ->
          new Stamp(epochs.numberOf(window.version(), number), null);
      case Canary.Reading.Wrong(String detail) -> new Stamp(0, new Scanner.Look.Failed(detail));
      case Canary.Reading.Lost(String detail) -> new Stamp(0, new Scanner.Look.Absent(detail));
    };
  }

  private record Stamp(long epoch, Scanner.@Nullable Look trouble) {}
}
