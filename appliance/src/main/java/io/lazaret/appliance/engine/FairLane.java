// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.SequencedMap;
import java.util.SequencedSet;
import org.jspecify.annotations.Nullable;

/**
 * The scans that wait in one lane: tenants take turns, within a tenant its guests take turns,
 * within a guest first come, first served. Owned by {@link ScanQueue}'s lock.
 */
final class FairLane {
  private final SequencedMap<Integer, SequencedMap<Long, SequencedSet<ScanPlace>>> tenants =
      new LinkedHashMap<>();
  private int size;

  int size() {
    return size;
  }

  void addLast(ScanPlace place) {
    guests(place).computeIfAbsent(place.guest(), g -> new LinkedHashSet<>(2)).addLast(place);
    size++;
  }

  /** Puts one back that had its turn already, so that it is the next. */
  void addFirst(ScanPlace place) {
    SequencedMap<Long, SequencedSet<ScanPlace>> guests = guests(place);
    SequencedSet<ScanPlace> places =
        guests.computeIfAbsent(place.guest(), g -> new LinkedHashSet<>(2));
    places.addFirst(place);
    guests.putFirst(place.guest(), places);
    tenants.putFirst(place.tenant(), guests);
    size++;
  }

  @Nullable ScanPlace poll() {
    var tenant = tenants.pollFirstEntry();
    if (tenant == null) {
      return null;
    }
    var guest = tenant.getValue().pollFirstEntry();
    ScanPlace place = guest.getValue().removeFirst();
    size--;
    if (!guest.getValue().isEmpty()) {
      tenant.getValue().putLast(guest.getKey(), guest.getValue());
    }
    if (!tenant.getValue().isEmpty()) {
      tenants.putLast(tenant.getKey(), tenant.getValue());
    }
    return place;
  }

  void remove(ScanPlace place) {
    SequencedMap<Long, SequencedSet<ScanPlace>> guests = tenants.get(place.tenant());
    SequencedSet<ScanPlace> places = guests == null ? null : guests.get(place.guest());
    if (guests == null || places == null || !places.remove(place)) {
      throw new IllegalStateException("place: not in its lane");
    }
    size--;
    if (places.isEmpty()) {
      guests.remove(place.guest());
    }
    if (guests.isEmpty()) {
      tenants.remove(place.tenant());
    }
  }

  private SequencedMap<Long, SequencedSet<ScanPlace>> guests(ScanPlace place) {
    return tenants.computeIfAbsent(place.tenant(), t -> new LinkedHashMap<>(2));
  }
}
