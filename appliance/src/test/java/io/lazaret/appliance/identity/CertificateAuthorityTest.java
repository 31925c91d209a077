// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.lazaret.protocol.tls.CertificateRules;
import io.lazaret.protocol.tls.TlsIdentity;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests {@link CertificateAuthority}. */
class CertificateAuthorityTest {
  @TempDir private Path directory;
  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
  private final InstantSource clock = now::get;

  @Test
  void theAppliancesCertificateIsWhatAgentsExpect() throws Exception {
    CertificateAuthority made =
        CertificateAuthority.create(directory.resolve("ca"), "test", "appliance.example", clock);
    CertificateAuthority loaded = CertificateAuthority.load(directory.resolve("ca"), clock);
    assertEquals(made.certificate(), loaded.certificate());
    TlsIdentity server = loaded.serverIdentity(directory.resolve("ca"), "appliance.example");
    server.certificate().verify(made.certificate().getPublicKey());
    CertificateRules.requireAppliance(server.certificate());
    assertEquals(made.certificate(), server.authority());
  }

  @Test
  void onlyTheOwnerCanReadTheKeys() throws Exception {
    Path ca = directory.resolve("ca");
    CertificateAuthority.create(ca, "test", "127.0.0.1", clock);
    assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(ca)));
    for (String file : new String[] {"ca.key", "server.key"}) {
      assertEquals(
          "rw-------",
          PosixFilePermissions.toString(Files.getPosixFilePermissions(ca.resolve(file))));
    }
  }

  @Test
  void anAuthorityIsNeverOverwritten() throws Exception {
    Path ca = directory.resolve("ca");
    byte[] before = CertificateAuthority.create(ca, "test", "::", clock).certificate().getEncoded();
    assertThrows(
        FileAlreadyExistsException.class,
        () -> CertificateAuthority.create(ca, "test", "::", clock));
    assertEquals(
        java.util.HexFormat.of().formatHex(before),
        java.util.HexFormat.of()
            .formatHex(CertificateAuthority.load(ca, clock).certificate().getEncoded()));
  }

  @Test
  void theAppliancesCertificateIsRenewedBeforeItsEnd() throws Exception {
    Path ca = directory.resolve("ca");
    CertificateAuthority authority = CertificateAuthority.create(ca, "test", "::1", clock);
    TlsIdentity first = authority.serverIdentity(ca, "::1");
    assertEquals(first.certificate(), authority.serverIdentity(ca, "::1").certificate());
    now.set(now.get().plus(Duration.ofDays(340)));
    TlsIdentity second = authority.serverIdentity(ca, "::1");
    assertNotEquals(first.certificate(), second.certificate());
    assertEquals(second.certificate(), authority.serverIdentity(ca, "::1").certificate());
  }

  @Test
  void anAuthorityThatHasEndedIsRefused() throws Exception {
    Path ca = directory.resolve("ca");
    CertificateAuthority authority = CertificateAuthority.create(ca, "test", "::1", clock);
    assertEquals(0, authority.certificate().getBasicConstraints());
    now.set(now.get().plus(Duration.ofDays(3_660)));
    assertThrows(java.io.IOException.class, () -> CertificateAuthority.load(ca, clock));
  }
}
