// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.protocol.ContentHash;
import io.lazaret.protocol.ContentKey;
import io.lazaret.protocol.Verdict;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerdictReserveTest {
  @TempDir private Path directory;

  private VerdictReserve open(int most) {
    return VerdictReserve.open(directory.resolve("reserve"), most);
  }

  private static StoredVerdict infected(int number, String threat) {
    byte[] hash = new byte[32];
    hash[0] = (byte) number;
    return new StoredVerdict(
        number,
        new ContentKey(ContentHash.of(hash), 1_000L + number),
        new Verdict.Infected(threat),
        number,
        Instant.ofEpochMilli(1_700_000_000_000L + number));
  }

  private List<StoredVerdict> found(int most) throws IOException {
    try (VerdictReserve reserve = open(most)) {
      return reserve.found().stream()
          .sorted(Comparator.comparingLong(StoredVerdict::epoch))
          .toList();
    }
  }

  @Test
  void whatIsPutInIsFoundAgainAndWhatIsTakenOutIsNot() throws IOException {
    try (VerdictReserve reserve = open(3)) {
      for (int i = 1; i <= 3; i++) {
        assertTrue(reserve.put(infected(i, "Bad.Thing-" + i)));
      }
      assertFalse(reserve.put(infected(4, "Bad.Thing-4")), "full");
      assertTrue(reserve.put(infected(2, "Renamed")), "has its place already");
      reserve.remove(1, infected(1, "x").content());
      assertTrue(reserve.put(infected(5, "Bad.Thing-5")));
      assertEquals(3, reserve.size());
    }
    assertEquals(
        List.of(infected(2, "Renamed"), infected(3, "Bad.Thing-3"), infected(5, "Bad.Thing-5")),
        found(3));
    assertEquals(
        "rw-------",
        PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("reserve"))));
  }

  @Test
  void aNameThatIsTooLongIsCutOff() throws IOException {
    try (VerdictReserve reserve = open(1)) {
      assertTrue(reserve.put(infected(1, "x".repeat(1_000))));
    }
    assertEquals(List.of(infected(1, "x".repeat(190))), found(1));
  }

  @Test
  void theTimeOfALossIsFoundAgain() throws IOException {
    Instant at = Instant.ofEpochMilli(1_700_000_000_123L);
    try (VerdictReserve reserve = open(1)) {
      assertEquals(Optional.empty(), reserve.lostAt());
      reserve.lost(at);
    }
    try (VerdictReserve reserve = open(1)) {
      assertEquals(Optional.of(at), reserve.lostAt());
    }
  }

  @Test
  void whateverIsInTheFileItOpensAndBelievesOnlyWholeSlots() throws IOException {
    Path file = directory.resolve("reserve");
    Random random = new Random(1);
    for (int i = 0; i < 200; i++) {
      byte[] garbage = new byte[random.nextInt(2_000)];
      random.nextBytes(garbage);
      Files.write(file, garbage);
      assertEquals(List.of(), found(3));
    }
    Files.delete(file);
    try (VerdictReserve reserve = open(3)) {
      assertTrue(reserve.put(infected(1, "Bad.Thing")));
      assertTrue(reserve.put(infected(2, "Bad.Thing")));
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[] {1}), 256 + 100); // torn
    }
    assertEquals(List.of(infected(2, "Bad.Thing")), found(3));
  }

  @Test
  void aFileThatCannotBeMadeIsARoomForNothing() throws IOException {
    try (VerdictReserve reserve = VerdictReserve.open(directory, 3)) {
      assertFalse(reserve.put(infected(1, "Bad.Thing")));
      reserve.lost(Instant.EPOCH);
    }
  }
}
