// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.verdict;

import io.lazaret.protocol.Message;

/** The way to guests that have not asked; implemented by the server. */
public interface Push {
  /** To every open session. */
  void toAll(Message message);

  /** To every open session whose guest uses this set of verdicts. */
  void toDomain(int domain, Message message);

  /** To one guest; false when it has no open session. */
  boolean toGuest(long guest, Message message);

  /** The way to nobody: no guest is there while the appliance does not run. */
  Push NOBODY =
      new Push() {
        @Override
        public void toAll(Message message) {}

        @Override
        public void toDomain(int domain, Message message) {}

        @Override
        public boolean toGuest(long guest, Message message) {
          return false;
        }
      };
}
