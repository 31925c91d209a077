// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol;

/** What the appliance says to one ask. */
public sealed interface Outcome {
  /**
   * There is a verdict; final.
   *
   * @param epoch number of the engine state it was made under
   */
  record Judged(Verdict verdict, long epoch, Source source) implements Outcome {}

  /**
   * The content is unknown: send it, under the ask's id; not final, another outcome follows.
   *
   * @param credit bytes that may be sent at once; more comes with {@link Message.Credit}
   */
  record SendContent(int credit) implements Outcome {
    public SendContent {
      Checks.notNegative("credit", credit);
    }
  }

  /** Overloaded; final. Ask again after this many milliseconds, or decide without a verdict. */
  record Busy(int retryAfterMillis) implements Outcome {
    public Busy {
      Checks.notNegative("retryAfterMillis", retryAfterMillis);
    }
  }

  /** There will be no verdict; final. */
  record Refused(Refusal code) implements Outcome {}

  /** Where a verdict came from. */
  enum Source {
    /** The appliance's memory. */
    MEMORY(1),
    /** The appliance's store on disk. */
    STORE(2),
    /** A scan that another guest's ask had started. */
    JOINED(3),
    /** A scan of the bytes that this guest sent. */
    SCAN(4);

    private final int wire;

    Source(int wire) {
      this.wire = wire;
    }

    /** The number on the wire. */
    public int wire() {
      return wire;
    }
  }
}
