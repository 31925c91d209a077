// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import io.lazaret.protocol.Verdict;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Asks the engine about contents whose verdict is known. */
final class SelfTest {
  /** In pieces, so that a scanner on somebody's machine does not eat this file. */
  private static final byte[] EICAR =
      String.join(
              "", "X5O!P%@AP[4\\PZX54(P^)7CC)7}$", "EICAR-STANDARD-", "ANTIVIRUS-TEST-FILE!$H+H*")
          .getBytes(StandardCharsets.US_ASCII);

  private static final byte[] CLEAN =
      "lazaret clean probe: nothing to be found here\n".getBytes(StandardCharsets.US_ASCII);

  private SelfTest() {}

  /**
   * @param problem empty when known-bad was found and known-good was not
   * @param generation the canary's, 0 without one
   */
  record Outcome(String problem, long generation) {}

  /** With a canary that is the known-bad content, because it works with every signature set. */
  static Outcome run(Scanner scanner, @Nullable Canary canary) {
    long generation = 0;
    if (canary == null) {
      Scanner.Look eicar = scanner.scan(EICAR.length, () -> new ByteArrayInputStream(EICAR));
      if (!(eicar instanceof Scanner.Look.Found(Verdict.Infected infected))) {
        return new Outcome("self-test: EICAR gave " + eicar + " (expected: infected)", 0);
      }
    } else {
      Canary.Reading reading = canary.read(scanner);
      if (!(reading instanceof Canary.Reading.Generation(long number))) {
        return new Outcome("self-test: the canary gave " + reading, 0);
      }
      generation = number;
    }
    Scanner.Look clean = scanner.scan(CLEAN.length, () -> new ByteArrayInputStream(CLEAN));
    return clean.equals(new Scanner.Look.Found(Verdict.CLEAN))
        ? new Outcome("", generation)
        : new Outcome("self-test: a clean probe gave " + clean, generation);
  }

  /** Whether the signatures know EICAR. */
  static boolean findsEicar(Scanner scanner) {
    return scanner.scan(EICAR.length, () -> new ByteArrayInputStream(EICAR))
        instanceof Scanner.Look.Found(Verdict.Infected infected);
  }
}
