// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.sizing;

import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;

/**
 * What one simulated guest asks about.
 *
 * @param next index of the next content, negative when there is none left
 * @param window most asks without a final answer
 * @param batch asks in one frame
 * @param patient whether a file that was told Busy keeps its place in the window until its time to
 *     come again, as every open that a guest's agent holds does; else others take it
 */
record Workload(IntSupplier next, int window, int batch, boolean patient) {
  Workload {
    if (batch < 1 || window < batch) {
      throw new IllegalArgumentException(
          "window: " + window + ", batch: " + batch + " (expected: batch >= 1, window >= batch)");
    }
  }

  /** Each of these contents once. */
  static Workload each(int[] indexes, int window, int batch) {
    IntSupplier next =
        new IntSupplier() {
          private int position;

          @Override
          public int getAsInt() {
            return position < indexes.length ? indexes[position++] : -1;
          }
        };
    return new Workload(next, window, batch, true);
  }

  /** The same, until it is told to stop. */
  static Workload unless(BooleanSupplier stopped, int[] indexes, int window, int batch) {
    IntSupplier all = each(indexes, window, batch).next();
    return new Workload(() -> stopped.getAsBoolean() ? -1 : all.getAsInt(), window, batch, true);
  }

  /** The same of a guest that asks for others as soon as it is told Busy. */
  Workload impatient() {
    return new Workload(next, window, batch, false);
  }
}
