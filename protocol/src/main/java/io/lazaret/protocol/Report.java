// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol;

import java.time.Instant;
import java.util.Map;

/** Something that a guest tells its appliance; kept by the guest until it is acknowledged. */
public sealed interface Report {
  /** An infected file was met. */
  record Detection(Instant at, Access access, Verdict.Infected verdict, Action action)
      implements Report {}

  /** An access was allowed without a verdict. */
  record Debt(Instant at, Access access, DebtReason reason) implements Report {}

  /** A debt was worked off: the content has a verdict now. */
  record DebtPaid(Instant at, Access access, Verdict verdict) implements Report {}

  /**
   * The guest's own counters and gauges, whole numbers; unknown ones are skipped by the receiver.
   */
  record Figures(Instant at, Map<Figure, Long> values) implements Report {
    public Figures {
      values = Map.copyOf(values);
    }
  }

  /**
   * What became of a policy that the appliance sent.
   *
   * @param version the policy's
   * @param inForce whether it is in force; else the one before it stays in force
   * @param detail why it is not
   */
  record PolicyResult(Instant at, long version, boolean inForce, String detail) implements Report {}

  /** What the guest did about an infected file. */
  enum Action {
    DENIED(1),
    QUARANTINED(2),
    DELETED(3),
    REPORTED(4);

    private final int wire;

    Action(int wire) {
      this.wire = wire;
    }

    public int wire() {
      return wire;
    }
  }

  /** Why an access was allowed without a verdict. */
  enum DebtReason {
    DEADLINE(1),
    TOO_LARGE(2),
    INCOMPLETE(3),
    OVERLOAD(4),
    APPLIANCE_AWAY(5),
    STARTING(6),
    ENGINE(7),
    UNREADABLE(8);

    private final int wire;

    DebtReason(int wire) {
      this.wire = wire;
    }

    public int wire() {
      return wire;
    }
  }

  /** The figures a guest reports; counters count from the agent's start. */
  enum Figure {
    OPENS_SEEN(1),
    OPENS_FROM_MEMORY(2),
    OPENS_ASKED(3),
    OPENS_ALLOWED(4),
    OPENS_DENIED(5),
    OPENS_HELD(6),
    DEBT_OPEN(7),
    DEBT_TOTAL(8),
    BYTES_HASHED(9),
    BYTES_SENT(10),
    DETECTIONS(11),
    QUARANTINED(12),
    RESIDENT_BYTES(13),
    DESCRIPTORS(14),
    QUEUE_OVERFLOWS(15),
    DEADLINES_MISSED(16),
    BLOCKING(17),
    FILESYSTEMS_GUARDED(18),
    POLICY_VERSION(19);

    private final int wire;

    Figure(int wire) {
      this.wire = wire;
    }

    public int wire() {
      return wire;
    }
  }
}
