// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.lazaret.protocol.Verdict;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.api.Test;

/** What every scanner keeps, whatever engine it asks. */
abstract class ScannerContract {
  /** One whose engine works and knows EICAR. */
  abstract Scanner working();

  /** One whose engine is not there. */
  abstract Scanner absent();

  private static Scanner.Look scan(Scanner scanner, byte[] content, long length) {
    return scanner.scan(length, () -> new ByteArrayInputStream(content));
  }

  @Test
  void knownBadIsFoundAndKnownGoodIsClean() {
    byte[] bad = TestContents.eicar();
    byte[] good = TestContents.text("known good");
    assertInstanceOf(
        Verdict.Infected.class,
        assertInstanceOf(Scanner.Look.Found.class, scan(working(), bad, bad.length)).verdict());
    assertEquals(new Scanner.Look.Found(Verdict.CLEAN), scan(working(), good, good.length));
  }

  @Test
  void bytesOfAnotherLengthGiveNoVerdict() {
    byte[] content = TestContents.text("some content");
    for (int difference : new int[] {-1, 1}) {
      assertInstanceOf(
          Scanner.Look.BadSource.class, scan(working(), content, content.length + difference));
    }
  }

  @Test
  void bytesThatCannotBeReadGiveNoVerdict() throws IOException {
    InputStream closed = InputStream.nullInputStream();
    closed.close();
    Scanner.Look look = working().scan(10, () -> closed);
    assertInstanceOf(Scanner.Look.BadSource.class, look);
    assertInstanceOf(
        Scanner.Look.BadSource.class,
        working()
            .scan(
                10,
                () -> {
                  throw new IOException("gone");
                }));
  }

  @Test
  void anAbsentEngineHasSeenNothingAndGivesNoVerdict() {
    byte[] content = TestContents.text("some content");
    assertInstanceOf(Scanner.Look.Absent.class, scan(absent(), content, content.length));
  }

  @Test
  void theVersionIsNotEmpty() throws Scanner.EngineException {
    assertFalse(working().version().isEmpty());
    working().ping();
  }
}
