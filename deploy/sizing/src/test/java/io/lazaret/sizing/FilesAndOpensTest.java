// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.sizing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class FilesAndOpensTest {
  private static final int ENOENT = 2;

  @TempDir private Path folder = Path.of("");

  @Test
  void theSameSeedWritesTheSameFilesAndNoTwoAreAlike() throws IOException {
    for (String name : new String[] {"one", "two"}) {
      assertEquals(0, run(new MakeFiles(), "--dir", folder + "/" + name, "--files", "3"));
    }
    byte[] first = Files.readAllBytes(folder.resolve("one/file-00000"));

    assertEquals(10240, first.length);
    assertArrayEquals(first, Files.readAllBytes(folder.resolve("two/file-00000")));
    assertFalse(Arrays.equals(first, Files.readAllBytes(folder.resolve("one/file-00001"))));
  }

  @Test
  void aFolderIsOpenedBySeveralThreads() {
    run(new MakeFiles(), "--dir", folder.toString(), "--files", "20", "--size", "10");

    assertEquals(0, run(new OpenLatency(), "--dir", folder.toString(), "--threads", "3"));
  }

  @Test
  void withoutTheFileToGoOnForEachThreadOpensOnce() {
    run(new MakeFiles(), "--dir", folder.toString(), "--files", "20", "--size", "10");
    StringWriter out = new StringWriter();
    CommandLine command = new CommandLine(new OpenLatency()).setOut(new PrintWriter(out));

    command.execute(
        "--json", "--threads", "3", "--while", folder + "/gone", "--dir", folder.toString());

    assertTrue(out.toString().startsWith("{\"opens\":3,"), out.toString());
  }

  @Test
  void anEmptyFolderIsWrongUse() {
    assertEquals(2, run(new OpenLatency(), "--dir", folder.toString()));
  }

  @Test
  void aMissingFileIsAFailureWithItsErrno() {
    try (Arena arena = Arena.ofConfined()) {
      int result =
          Syscalls.open(
              arena.allocateFrom(folder.resolve("missing").toString()), Syscalls.state(arena));

      assertEquals(-ENOENT, result);
    }
    assertTrue(run(new OpenLatency(), folder.resolve("missing").toString()) != 0);
  }

  private static int run(Object command, String... arguments) {
    return new CommandLine(command).execute(arguments);
  }
}
