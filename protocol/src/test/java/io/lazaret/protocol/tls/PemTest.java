// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys and certificates in files. */
class PemTest {
  @TempDir Path folder;

  private final TlsIdentity identity = new TestAuthority("authority").guest();

  @Test
  void aChainIsReadBackInItsOrder() throws IOException {
    Path file = folder.resolve("chain.pem");

    Pem.writeCertificates(file, identity.chain());

    assertEquals(identity.chain(), Pem.readCertificates(file));
  }

  @Test
  void aKeyIsReadBackAndOnlyItsOwnerMayReadIt() throws IOException {
    Path file = folder.resolve("key.pem");
    Files.writeString(file, "old, and readable by everybody");

    Pem.writePrivateKey(file, identity.key());

    assertEquals(identity.key(), Pem.readPrivateKey(file));
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(file), files.toList());
    }
  }

  @Test
  void whatIsNoPemIsAnErrorWithTheFilesName() throws IOException {
    Path file = folder.resolve("wrong.pem");
    for (String wrong :
        List.of(
            "",
            "nothing",
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")) {
      Files.writeString(file, wrong);
      for (var e :
          List.of(
              assertThrows(IOException.class, () -> Pem.readCertificates(file)),
              assertThrows(IOException.class, () -> Pem.readPrivateKey(file)))) {
        assertTrue(e.toString().contains(file + ": "), e::toString);
      }
    }
  }
}
