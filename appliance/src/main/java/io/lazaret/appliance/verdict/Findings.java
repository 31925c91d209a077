// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.verdict;

import io.lazaret.appliance.identity.Guest;
import io.lazaret.appliance.ledger.StoredVerdict;
import io.lazaret.protocol.Access;
import io.lazaret.protocol.ContentKey;
import io.lazaret.protocol.Refusal;
import io.lazaret.protocol.Verdict;

/** What the path of an ask tells those who keep the books; no call blocks or fails. */
public interface Findings {
  /** A guest was told this verdict. */
  void told(Guest guest, Access access, Verdict verdict);

  /** A guest sent bytes that are not what it asked about, or kept others waiting for them. */
  void flagged(Guest guest, ContentKey content, Refusal code);

  /** A verdict that was given before is not true any more. */
  void changed(StoredVerdict before, StoredVerdict now);
}
