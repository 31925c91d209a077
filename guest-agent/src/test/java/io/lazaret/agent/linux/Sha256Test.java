// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.linux;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Sha256Test {
  @Test
  void theFastOneAgreesWithTheJdks() throws Exception {
    MessageDigest fast = Sha256.fastest().digests().get();
    MessageDigest jdk = MessageDigest.getInstance("SHA-256");
    Random random = new Random(1);
    for (int length : new int[] {0, 1, 55, 56, 63, 64, 65, 4095, 4096, 4097, 100_000}) {
      byte[] bytes = new byte[length];
      random.nextBytes(bytes);
      assertArrayEquals(jdk.digest(bytes), fast.digest(bytes));
      ByteBuffer direct = ByteBuffer.allocateDirect(length).put(bytes).flip();
      fast.update(direct);
      assertEquals(0, direct.remaining());
      assertArrayEquals(jdk.digest(bytes), fast.digest());
    }
  }
}
