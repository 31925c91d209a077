// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;

/** Whatever somebody sends for a policy. */
class PolicyFuzzTest {
  @FuzzTest
  void bytesAreAPolicyOrAPolicyException(byte[] bytes) throws PolicyException {
    PolicyDocument document;
    try {
      document = PolicyDocument.parse(ByteBuffer.wrap(bytes));
    } catch (PolicyException e) {
      return;
    }
    assertEquals(document, PolicyDocument.parse(document.bytes()));
  }
}
