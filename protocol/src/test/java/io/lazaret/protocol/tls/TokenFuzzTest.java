// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;

/** Whatever somebody pastes for a token. */
class TokenFuzzTest {
  @FuzzTest
  void aTextIsATokenOrAnIllegalArgument(byte[] pasted) {
    String text = new String(pasted, StandardCharsets.UTF_8);
    EnrolmentToken token;
    try {
      token = EnrolmentToken.parse(text);
    } catch (IllegalArgumentException e) {
      return;
    }
    assertEquals(text.strip(), token.text());
    assertEquals(token, EnrolmentToken.parse(token.text()));
  }
}
