// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol;

/** What the engine found out about one content. */
public sealed interface Verdict {
  /** The engine looked at everything and found nothing. */
  record Clean() implements Verdict {}

  /**
   * The engine recognised something.
   *
   * @param threat the engine's name for it, not empty
   */
  record Infected(String threat) implements Verdict {
    public Infected {
      if (threat.isEmpty()) {
        throw new IllegalArgumentException("threat: empty (expected: the engine's name for it)");
      }
    }
  }

  /** The engine did not look at everything: never to be taken for clean. */
  record Incomplete(Reason reason) implements Verdict {}

  /** Why the engine did not look at everything. */
  enum Reason {
    /** The content, or a part of it, is larger than a limit. */
    SIZE_LIMIT(1),
    /** Archives nested deeper than a limit. */
    NESTING_LIMIT(2),
    /** More parts than a limit. */
    PART_COUNT_LIMIT(3),
    /** The scan took longer than a limit; depends on load, so it is never kept. */
    TIME_LIMIT(4),
    /** A part is encrypted. */
    ENCRYPTED(5),
    /** The content broke the engine twice. */
    ENGINE(6),
    /** Another limit of the engine. */
    OTHER_LIMIT(7);

    private final int wire;

    Reason(int wire) {
      this.wire = wire;
    }

    /** The number on the wire and in the store. */
    public int wire() {
      return wire;
    }
  }

  /** The one clean verdict. */
  Verdict CLEAN = new Clean();
}
