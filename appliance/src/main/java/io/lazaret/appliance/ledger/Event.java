// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.ledger;

import io.lazaret.protocol.ContentKey;
import java.time.Instant;
import java.util.Optional;

/**
 * Something that happened and that somebody may ask about later.
 *
 * @param id its number in the ledger, 0 before it is there
 * @param at when the appliance learned of it
 * @param guest number of the guest that it is about, 0 for none, {@link #STRANGER}
 * @param claimed when the guest says it happened
 * @param what the threat, reason, action or name, at most {@value #WHAT_LENGTH} characters
 * @param path in the guest, empty for none
 * @param process in the guest, empty for none
 * @param detail anything else, for people
 */
public record Event(
    long id,
    Instant at,
    EventKind kind,
    long guest,
    Optional<Instant> claimed,
    Optional<ContentKey> content,
    String what,
    String path,
    String process,
    String detail) {
  /** Stands for everybody who is no guest, so that strangers' events push out strangers' only. */
  public static final long STRANGER = -1;

  static final int WHAT_LENGTH = 256;
  static final int PATH_LENGTH = 4_096;
  static final int DETAIL_LENGTH = 1_024;

  public Event {
    what = cut(what, WHAT_LENGTH);
    path = cut(path, PATH_LENGTH);
    process = cut(process, PATH_LENGTH);
    detail = cut(detail, DETAIL_LENGTH);
  }

  /** An event of the appliance itself, or about a guest, without a file. */
  public static Event of(Instant at, EventKind kind, long guest, String what, String detail) {
    return new Event(0, at, kind, guest, Optional.empty(), Optional.empty(), what, "", "", detail);
  }

  private static String cut(String text, int length) {
    return text.length() <= length ? text : text.substring(0, length);
  }
}
