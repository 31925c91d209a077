// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.decision;

import io.lazaret.protocol.ContentKey;
import io.lazaret.protocol.Revocation;
import io.lazaret.protocol.Verdict;
import java.util.Optional;

/** The guest's own memory: which file, unchanged since, had which verdict. */
public interface LocalVerdicts {
  /**
   * One remembered verdict.
   *
   * @param content what the file held
   * @param epoch the engine state it was made under
   */
  record Known(Verdict verdict, long epoch, ContentKey content) {}

  /** The verdict about an unchanged file, if there is one that still counts; never blocks. */
  Optional<Known> find(FileIdentity identity);

  /**
   * The verdict about a content, if a file with it was found clean under the present engine state;
   * never blocks.
   */
  Optional<Known> findClean(ContentKey content);

  /** The threat that an unchanged file was found to be, under whatever epoch. */
  Optional<Known> findInfected(FileIdentity identity);

  /** Changes with every revocation: what was asked before one may be what was revoked. */
  long revision();

  /**
   * Remembers a clean or infected verdict, unless something was revoked since it was asked for.
   *
   * @param revision what {@link #revision} was before it was asked for
   */
  void remember(FileIdentity identity, Known known, long revision);

  /** Whether a verdict made under this engine state counts now. */
  boolean counts(long epoch);

  /** Forgets one file. */
  void forget(FileIdentity identity);

  /** A new engine state: older clean verdicts count for so many seconds more. */
  void epochChanged(long epoch, long graceSeconds);

  /** Verdicts that are no longer true are forgotten. */
  void revoked(Iterable<Revocation> revocations);

  /** Forgets everything. */
  void clear();

  /** How many are remembered. */
  int size();
}
