// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * The jobs of one lane: tenants take turns, within a tenant its guests take turns, within a guest
 * first come, first served. Owned by {@link ScanQueue}'s lock.
 */
final class FairLane {
  private final SequencedMap<Integer, SequencedMap<Long, ArrayDeque<ScanJob>>> tenants =
      new LinkedHashMap<>();
  private int size;

  int size() {
    return size;
  }

  void addLast(ScanJob job) {
    guests(job).computeIfAbsent(job.guest(), g -> new ArrayDeque<>(2)).addLast(job);
    size++;
  }

  /** Puts a job back that had its turn already, so that it is the next. */
  void addFirst(ScanJob job) {
    SequencedMap<Long, ArrayDeque<ScanJob>> guests = guests(job);
    ArrayDeque<ScanJob> jobs = guests.computeIfAbsent(job.guest(), g -> new ArrayDeque<>(2));
    jobs.addFirst(job);
    guests.putFirst(job.guest(), jobs);
    tenants.putFirst(job.tenant(), guests);
    size++;
  }

  @Nullable ScanJob poll() {
    var tenant = tenants.pollFirstEntry();
    if (tenant == null) {
      return null;
    }
    var guest = tenant.getValue().pollFirstEntry();
    ScanJob job = guest.getValue().removeFirst();
    size--;
    if (!guest.getValue().isEmpty()) {
      tenant.getValue().putLast(guest.getKey(), guest.getValue());
    }
    if (!tenant.getValue().isEmpty()) {
      tenants.putLast(tenant.getKey(), tenant.getValue());
    }
    return job;
  }

  void remove(ScanJob job) {
    SequencedMap<Long, ArrayDeque<ScanJob>> guests = tenants.get(job.tenant());
    ArrayDeque<ScanJob> jobs = guests == null ? null : guests.get(job.guest());
    if (guests == null || jobs == null || !jobs.remove(job)) {
      throw new IllegalStateException("job: not in its lane");
    }
    size--;
    if (jobs.isEmpty()) {
      guests.remove(job.guest());
    }
    if (guests.isEmpty()) {
      tenants.remove(job.tenant());
    }
  }

  private SequencedMap<Long, ArrayDeque<ScanJob>> guests(ScanJob job) {
    return tenants.computeIfAbsent(job.tenant(), t -> new LinkedHashMap<>(2));
  }
}
