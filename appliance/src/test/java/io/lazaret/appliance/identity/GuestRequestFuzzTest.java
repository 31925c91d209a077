// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.lazaret.protocol.tls.CertificateRequests;
import java.security.KeyPair;
import org.junit.jupiter.api.Test;

/** Whatever a stranger sends for a certificate request. */
class GuestRequestFuzzTest {
  @FuzzTest
  void bytesAreARequestOrAreRefused(byte[] sent) {
    try {
      GuestRequest.parse(sent);
    } catch (InvalidRequestException e) {
      assertFalse(String.valueOf(e.getMessage()).isEmpty());
    }
  }

  /** One changed byte anywhere breaks the signature or the form, or is refused for its key. */
  @Test
  void noChangedByteOfARequestGetsThrough() throws Exception {
    KeyPair keys = CertificateRequests.newKeyPair();
    byte[] request = CertificateRequests.create(keys, "guest");
    assertEquals(keys.getPublic(), GuestRequest.parse(request).key());
    for (int i = 0; i < request.length; i++) {
      byte[] changed = request.clone();
      changed[i] ^= 1;
      assertThrows(InvalidRequestException.class, () -> GuestRequest.parse(changed), "byte " + i);
    }
  }
}
