// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.ledger;

import io.lazaret.protocol.ContentHash;
import io.lazaret.protocol.ContentKey;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Says which guests hold which contents; no call blocks. */
public interface Holders {
  /** The guests of one domain that accessed this content, last access first. */
  CompletableFuture<List<Exposure>> holders(int domain, ContentHash hash, int most);

  /**
   * Contents whose verdict is of another epoch, most recently used first; looks at so many accesses
   * at a time.
   *
   * @param after where the page before ended; empty for the first
   */
  CompletableFuture<Page> outdated(long epoch, Optional<Exposure> after, int accesses);

  /**
   * Whether guests may have contents of which nothing is noted: the bounds were met, or within this
   * time the appliance was killed with notes that were not written.
   */
  boolean hasGaps(Duration within);

  /** A content with an outdated verdict, and one guest that has it. */
  record Outdated(int domain, ContentKey content, long guest, String path) {}

  /**
   * One page.
   *
   * @param end where it ended; empty when nothing comes after it
   */
  record Page(List<Outdated> found, Optional<Exposure> end) {}
}
