// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.SecureRandom;
import org.junit.jupiter.api.Test;

/** The token's text form, and what it never tells. */
class EnrolmentTokenTest {
  private final TestAuthority authority = new TestAuthority("authority");
  private final EnrolmentToken token =
      EnrolmentToken.create(authority.certificate(), new SecureRandom());

  @Test
  void itsTextIsReadBack() {
    assertEquals(token, EnrolmentToken.parse(token.text()));
    assertEquals(token, EnrolmentToken.parse(" " + token.text() + "\n"));
    assertEquals(3 + 1 + 32 + 1 + 43, token.text().length());
  }

  @Test
  void itKnowsItsAuthority() {
    assertTrue(token.isFor(authority.certificate()));
    assertFalse(token.isFor(new TestAuthority("authority").certificate()));
  }

  @Test
  void everyTokenHasAnotherSecret() {
    assertNotEquals(
        token.secret(),
        EnrolmentToken.create(authority.certificate(), new SecureRandom()).secret());
  }

  @Test
  void noMessageContainsTheSecret() {
    assertFalse(token.toString().contains(token.secret()));
    for (String bad :
        new String[] {
          token.text() + ".more",
          token.text().substring(1),
          "lz1." + token.secret() + "!." + token.fingerprint(),
          "lz1." + token.secret() + "A." + token.fingerprint(),
          "lz1." + token.secret() + "." + token.fingerprint().substring(1),
          token.secret(),
          ""
        }) {
      var e = assertThrows(IllegalArgumentException.class, () -> EnrolmentToken.parse(bad));
      assertFalse(e.toString().contains(token.secret()), e::toString);
      assertTrue(e.toString().contains("expected"), e::toString);
    }
  }
}
