// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol.codec;

import org.jspecify.annotations.Nullable;

/** The type byte of every message; the high digit is its group. */
enum MessageType {
  HELLO(0x01),
  WELCOME(0x02),
  GOODBYE(0x03),
  PING(0x04),
  PONG(0x05),
  ASKS(0x10),
  ANSWERS(0x11),
  CANCEL(0x12),
  CONTENT_PART(0x20),
  CONTENT_ABORTED(0x21),
  CREDIT(0x22),
  EPOCH_CHANGED(0x30),
  REVOKED(0x31),
  POLICY_PART(0x32),
  SCAN_ORDER(0x33),
  SCAN_PROGRESS(0x34, Wire.OPTIONAL),
  REVERIFY(0x35),
  DRAIN(0x36),
  REPORTS(0x40),
  REPORTS_STORED(0x41),
  ENROL(0x50),
  RENEW(0x51),
  ENROLLED(0x52);

  private static final @Nullable MessageType[] BY_NUMBER = new MessageType[256];

  static {
    for (MessageType type : values()) {
      BY_NUMBER[type.wire] = type;
    }
  }

  private final int wire;
  private final int flags;

  MessageType(int wire) {
    this(wire, 0);
  }

  MessageType(int wire, int flags) {
    this.wire = wire;
    this.flags = flags;
  }

  int wire() {
    return wire;
  }

  /** The flags that this version sends; a receiver that knows the type ignores them. */
  int flags() {
    return flags;
  }

  static @Nullable MessageType of(int wire) {
    return BY_NUMBER[wire];
  }
}
