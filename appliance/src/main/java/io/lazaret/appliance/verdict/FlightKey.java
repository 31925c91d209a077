// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.verdict;

import io.lazaret.protocol.ContentKey;

/** What there is one flight for: a content, as one trust zone sees it. */
record FlightKey(int domain, ContentKey content) {
  @Override
  public int hashCode() {
    return content.hash().hashCode() + domain;
  }
}
