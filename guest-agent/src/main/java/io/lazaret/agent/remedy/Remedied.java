// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.remedy;

import io.lazaret.agent.decision.FileIdentity;
import java.util.Optional;

/** What remedying one file came to. */
sealed interface Remedied {
  /**
   * It is gone from its place.
   *
   * @param id in quarantine, if it is kept there
   * @param elsewhere what it is now under its other names, if it has any
   */
  record Taken(Optional<String> id, int otherNames, Optional<FileIdentity> elsewhere)
      implements Remedied {}

  /** It is where it was, and is denied. */
  record Left(Reason reason, String detail) implements Remedied {}

  /** Why a file is left where it is. */
  enum Reason {
    /** It is not under its path any more, or its path leads through a link. */
    GONE("it is not under that path any more"),
    /** It holds something else than what was judged. */
    CHANGED("it has changed"),
    /** Somebody may be writing to it, or its filesystem does not say. */
    IN_USE("somebody may be writing to it"),
    /** The quarantine is as full as it may be. */
    FULL("the quarantine is full"),
    /** An operator restored this content by force. */
    RELEASED("it was restored by force"),
    /** It cannot be done there: read-only, not allowed, a disk that fails. */
    FAILED("it could not be done");

    private final String sentence;

    Reason(String sentence) {
      this.sentence = sentence;
    }

    String sentence() {
      return sentence;
    }
  }
}
