// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.verdict;

import io.lazaret.appliance.identity.Guest;
import io.lazaret.appliance.ledger.StoredVerdict;
import io.lazaret.protocol.Access;
import io.lazaret.protocol.ContentKey;
import io.lazaret.protocol.Message;
import io.lazaret.protocol.Refusal;
import io.lazaret.protocol.Verdict;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Findings and pushes, kept for a test to look at. */
final class FakeBooks implements Findings, Push {
  record Pushed(long guest, Message message) {}

  final List<Refusal> lies = new CopyOnWriteArrayList<>();
  final List<StoredVerdict> changed = new CopyOnWriteArrayList<>();
  final List<Pushed> pushed = new CopyOnWriteArrayList<>();
  final List<Long> told = new CopyOnWriteArrayList<>();

  @Override
  public void told(Guest guest, Access access, Verdict verdict) {
    told.add(guest.id());
  }

  @Override
  public void flagged(Guest guest, ContentKey content, Refusal code) {
    lies.add(code);
  }

  @Override
  public void changed(StoredVerdict before, StoredVerdict now) {
    changed.add(now);
  }

  @Override
  public void toAll(Message message) {
    pushed.add(new Pushed(0, message));
  }

  @Override
  public void toDomain(int domain, Message message) {
    pushed.add(new Pushed(0, message));
  }

  @Override
  public boolean toGuest(long guest, Message message) {
    pushed.add(new Pushed(guest, message));
    return true;
  }
}
