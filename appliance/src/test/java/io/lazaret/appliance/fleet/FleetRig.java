// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.fleet;

import io.lazaret.appliance.identity.Guest;
import io.lazaret.appliance.identity.Guests;
import io.lazaret.appliance.ledger.CertificateRow;
import io.lazaret.appliance.ledger.Event;
import io.lazaret.appliance.ledger.EventKind;
import io.lazaret.appliance.ledger.EventQuery;
import io.lazaret.appliance.ledger.Fingerprint;
import io.lazaret.appliance.ledger.IssuedRow;
import io.lazaret.appliance.ledger.Ledger;
import io.lazaret.appliance.ledger.LedgerLimits;
import io.lazaret.appliance.metrics.Metrics;
import io.lazaret.appliance.verdict.Push;
import io.lazaret.protocol.Message;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A real ledger with guests in it, and sessions that keep what they are sent. */
final class FleetRig implements Push, AutoCloseable {
  private final Path file;
  private final Map<Long, List<Message>> sent = new HashMap<>();
  final Set<Long> connected = new HashSet<>();
  final Metrics metrics = new Metrics();
  Instant now = Instant.ofEpochMilli(1_790_000_000_000L);
  Ledger ledger;
  Guests guests;

  FleetRig(Path directory) {
    file = directory.resolve("ledger.db");
    ledger = Ledger.open(file, LedgerLimits.DEFAULT, metrics, () -> now);
    guests = Guests.load(ledger, metrics, () -> now, false);
  }

  /** Enrols a guest that is connected. */
  Guest guest(String name, String tenant) {
    byte[] secret = name.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    Instant later = now.plus(Duration.ofDays(1));
    if (ledger
        .identities()
        .addToken(secret, tenant, Optional.of(name), later, 1)
        .join()
        .isEmpty()) {
      throw new IllegalStateException("no token");
    }
    long id =
        ledger
            .identities()
            .enrol(
                secret,
                name,
                row -> {
                  byte[] print = new byte[32];
                  print[0] = (byte) row.id();
                  return new IssuedRow(
                      new CertificateRow(new Fingerprint(print), "1", row.id(), later), List.of());
                })
            .join()
            .orElseThrow()
            .guest()
            .id();
    guests = Guests.load(ledger, metrics, () -> now, false);
    connected.add(id);
    return guests.find(id).orElseThrow();
  }

  /** As after kill -9 and a start. */
  void restart() {
    ledger.close();
    ledger = Ledger.open(file, LedgerLimits.DEFAULT, metrics, () -> now);
    guests = Guests.load(ledger, metrics, () -> now, false);
  }

  /** What a guest was sent since this was asked last. */
  List<Message> taken(Guest guest) {
    List<Message> all = sent.remove(guest.id());
    return all == null ? List.of() : all;
  }

  List<Event> events(EventKind kind) {
    return ledger
        .events()
        .list(new EventQuery(Set.of(kind), 0, Instant.EPOCH, Long.MAX_VALUE, 100))
        .join();
  }

  @Override
  public void toAll(Message message) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void toDomain(int domain, Message message) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean toGuest(long guest, Message message) {
    if (!connected.contains(guest)) {
      return false;
    }
    sent.computeIfAbsent(guest, _ -> new ArrayList<>()).add(message);
    return true;
  }

  @Override
  public void close() {
    ledger.close();
    metrics.close();
  }
}
