// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.linux;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.function.Supplier;

/**
 * The fastest SHA-256 there is here: OpenSSL's, or the JDK's, which is ten times slower without C2.
 *
 * @param provider {@code libcrypto} or {@code jdk}
 * @param digests makes a digest; one belongs to one thread at a time
 */
public record Sha256(String provider, Supplier<MessageDigest> digests) {
  private static final byte[] PROBE = {1, 2, 3};

  /** Tries OpenSSL against the JDK, and takes it when they agree. */
  public static Sha256 fastest() {
    try {
      Supplier<MessageDigest> libcrypto = LibcryptoSha256.supplier();
      if (Arrays.equals(libcrypto.get().digest(PROBE), jdk().digest(PROBE))) {
        return new Sha256("libcrypto", libcrypto);
      }
      return new Sha256("jdk", Sha256::jdk);
    } catch (Throwable e) {
      if (e instanceof VirtualMachineError error) {
        throw error;
      }
      return new Sha256("jdk", Sha256::jdk);
    }
  }

  private static MessageDigest jdk() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
