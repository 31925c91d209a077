// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.lazaret.protocol.Verdict;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Contents that a real clamd reads from files. */
class SpoolingScannerIT extends ClamdContract {
  static ClamdHome home;
  static Path files;

  @BeforeAll
  static void makeFolder() throws IOException {
    home = ClamdHome.prepare(managed("files", nobodys));
    files = Path.of(home.spool().orElseThrow().name());
  }

  @AfterAll
  static void removeFolder() {
    home.close();
  }

  @AfterEach
  void nothingIsLeft() throws IOException {
    try (Stream<Path> left = Files.list(files)) {
      assertEquals(0, left.count());
    }
  }

  private static ClamavClientScanner scanner(int at, ContentSpool spool) {
    return new ClamavClientScanner(local(at), 1 << 20).withAllIn(spool);
  }

  @Override
  Scanner working() {
    return scanner(port, home.spool().orElseThrow());
  }

  @Override
  Scanner absent() {
    return scanner(nobodys, home.spool().orElseThrow());
  }

  @Test
  void aFileThatClamdCannotReadIsNeverClean() throws Exception {
    Path closed = Files.createDirectory(directory.resolve("closed"));
    try (ContentSpool spool = new ContentSpool(closed, "nowhere")) {
      Scanner.Look look =
          scanner(port, spool).scan(10, () -> new ByteArrayInputStream(new byte[10]));
      assertEquals(Scanner.Look.Failed.class, look.getClass(), look.toString());
    }
  }

  @Test
  void whatDoesNotFitIsStreamed() throws Exception {
    try (ContentSpool gone = new ContentSpool(directory.resolve("not-there"), "not-there")) {
      byte[] eicar = TestContents.eicar();
      Scanner.Look look =
          scanner(port, gone).scan(eicar.length, () -> new ByteArrayInputStream(eicar));
      assertEquals(
          Verdict.Infected.class,
          look instanceof Scanner.Look.Found(Verdict verdict) ? verdict.getClass() : null);
      assertThrows(
          IOException.class, () -> gone.put(new ByteArrayInputStream(eicar), eicar.length));
    }
  }
}
