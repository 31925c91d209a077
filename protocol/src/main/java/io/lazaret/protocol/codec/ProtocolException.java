// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol.codec;

import io.lazaret.protocol.Refusal;
import java.io.IOException;

/** The peer broke the protocol; the code is what {@code Goodbye} and the metrics say. */
public final class ProtocolException extends IOException {
  private static final long serialVersionUID = 1L;

  private final Refusal code;
  private final String detail;

  public ProtocolException(Refusal code, String detail) {
    super(code + ": " + detail);
    this.code = code;
    this.detail = detail;
  }

  public Refusal code() {
    return code;
  }

  public String detail() {
    return detail;
  }

  static ProtocolException malformed(String detail) {
    return new ProtocolException(Refusal.MALFORMED, detail);
  }

  static ProtocolException malformed(String detail, RuntimeException cause) {
    ProtocolException e = malformed(detail);
    e.initCause(cause);
    return e;
  }
}
