// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.protocol.Lane;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ScanQueueTest {
  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1000);
  private final ScanQueue queue = new ScanQueue(new EngineSettings.Queue(20_000, 10_000), now::get);
  private long number;

  private ScanJob add(Lane lane, int tenant, long guest) {
    ScanJob job = job(lane, tenant, guest, 1_000_000);
    assertTrue(queue.offer(job));
    return job;
  }

  private ScanJob job(Lane lane, int tenant, long guest, long withinNanos) {
    return new ScanJob(
        TestContents.request(lane, tenant, guest, now.get() + withinNanos), ++number);
  }

  private ScanJob next() {
    return Objects.requireNonNull(queue.poll());
  }

  @Test
  void aFloodOfOneGuestDelaysAnotherByOneScan() {
    for (int i = 0; i < 10_000; i++) {
      add(Lane.OPEN, 1, 1);
    }
    next();
    ScanJob quiet = add(Lane.OPEN, 1, 2);
    List<ScanJob> order = List.of(next(), next());
    assertTrue(order.contains(quiet));
  }

  @Test
  void aScanKnowsHowManyOfOtherGuestsBeganWhileItWaited() {
    for (int i = 0; i < 10_000; i++) {
      add(Lane.OPEN, 1, 1);
    }
    next();
    next();
    ScanJob first = add(Lane.OPEN, 1, 2);
    ScanJob second = add(Lane.OPEN, 1, 2);
    ScanJob urgent = add(Lane.EXECUTE, 1, 2);
    assertEquals(urgent, next());
    assertEquals(0, urgent.overtaken());
    while (next() != second) {}
    assertEquals(1, first.overtaken(), "its own execute does not count");
    assertEquals(2, second.overtaken(), "nor does its first");

    assertTrue(queue.putBack(second));
    assertEquals(second, next());
    assertEquals(0, second.overtaken());
  }

  @Test
  void aFloodOvertakesAnExecuteOnceAndOnceMoreOnlyWithALaneThatWasPassedOver() {
    assertEquals(1, mostOvertaken(Lane.OPEN));
    assertEquals(1, mostOvertaken(Lane.EXECUTE));
    assertEquals(2, mostOvertaken(Lane.values()));
  }

  /**
   * How many scans of a guest that floods these lanes began while a quiet guest's execute waited.
   */
  private long mostOvertaken(Lane... flooded) {
    ScanQueue own = new ScanQueue(new EngineSettings.Queue(20_000, 10_000), now::get);
    long most = 0;
    for (int i = 0; i < 200; i++) {
      for (Lane lane : flooded) {
        assertTrue(own.offer(job(lane, 1, 1, 1_000_000)));
        assertTrue(own.offer(job(lane, 1, 1, 1_000_000)));
      }
      ScanJob quiet = job(Lane.EXECUTE, 1, 2, 1_000_000);
      assertTrue(own.offer(quiet));
      while (own.poll() != quiet) {}
      most = Math.max(most, quiet.overtaken());
    }
    return most;
  }

  @Test
  void tenantsTakeTurnsHoweverManyGuestsTheyHave() {
    for (int guest = 0; guest < 100; guest++) {
      add(Lane.OPEN, 1, guest);
      add(Lane.OPEN, 1, guest);
    }
    for (int i = 0; i < 10; i++) {
      add(Lane.OPEN, 2, 1000);
    }
    List<Integer> tenants = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      tenants.add(next().tenant());
    }
    assertEquals(10, tenants.stream().filter(tenant -> tenant == 2).count());
  }

  @Test
  void aScanThatAnotherGuestJoinsHasItsTurnInTheMoreUrgentLane() {
    add(Lane.RESCAN, 1, 1);
    ScanJob wanted = add(Lane.RESCAN, 1, 1);
    add(Lane.OPEN, 1, 1);
    assertTrue(queue.join(wanted.request(), Lane.EXECUTE, 1, 2));
    assertEquals(wanted, next());
    assertEquals(Lane.EXECUTE, wanted.lane());
    next();
    next();
    assertNull(queue.poll());
    assertEquals(0, queue.size());
  }

  @Test
  void oneWhoJoinsWithItsFloodDelaysNobodysScan() {
    for (int i = 0; i < 1_000; i++) {
      add(Lane.EXECUTE, 1, 666);
    }
    ScanJob quiet = add(Lane.OPEN, 1, 1);
    assertTrue(queue.join(quiet.request(), Lane.EXECUTE, 1, 666));
    List<ScanJob> order = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      order.add(next());
    }
    assertTrue(order.contains(quiet));
  }

  @Test
  void aScanInTheFloodOfOneGuestIsNextWhenAQuietOneWantsIt() {
    List<ScanJob> flood = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      flood.add(add(Lane.OPEN, 1, 1));
    }
    ScanJob wanted = flood.getLast();
    assertTrue(queue.join(wanted.request(), Lane.OPEN, 1, 2));
    assertTrue(List.of(next(), next()).contains(wanted));
    assertEquals(998, queue.size());
    assertEquals(998, queue.size(Lane.OPEN));
  }

  @Test
  void aScanHasOnePlaceForEachWhoWaitsAndNotAnyNumber() {
    ScanJob job = add(Lane.OPEN, 1, 1);
    assertFalse(queue.join(job.request(), Lane.OPEN, 1, 1));
    for (int guest = 2; guest < 100; guest++) {
      assertEquals(guest <= 8, queue.join(job.request(), Lane.OPEN, 1, guest));
    }
    assertEquals(1, queue.size());
    assertEquals(job, next());
    assertEquals(0, queue.size(Lane.OPEN));
    assertFalse(queue.join(job.request(), Lane.EXECUTE, 1, 200));
  }

  @Test
  void aScanThatIsPutBackOrExpiresLeavesNoPlaceBehind() {
    ScanJob job = add(Lane.OPEN, 1, 1);
    assertTrue(queue.join(job.request(), Lane.EXECUTE, 2, 2));
    assertEquals(job, next());
    assertTrue(queue.putBack(job));
    assertEquals(0, queue.size(Lane.OPEN));
    assertEquals(1, queue.size(Lane.EXECUTE));
    assertTrue(queue.join(job.request(), Lane.WRITTEN, 3, 3));
    now.addAndGet(1_000_000);
    assertEquals(List.of(job), queue.expired());
    assertEquals(0, queue.size(Lane.EXECUTE) + queue.size(Lane.WRITTEN) + queue.size());
    assertNull(queue.poll());
  }

  @Test
  void oneGuestIsServedInItsOwnOrder() {
    ScanJob first = add(Lane.OPEN, 1, 1);
    ScanJob second = add(Lane.OPEN, 1, 1);
    assertEquals(List.of(first, second), List.of(next(), next()));
    assertNull(queue.poll());
  }

  @Test
  void anExecuteComesBeforeAllOtherLanes() {
    for (Lane lane : List.of(Lane.RESCAN, Lane.ON_DEMAND, Lane.WRITTEN, Lane.OPEN)) {
      add(lane, 1, 1);
    }
    add(Lane.EXECUTE, 1, 2);
    for (Lane lane : Lane.values()) {
      assertEquals(lane, next().lane());
    }
  }

  @Test
  void noLaneStarvesAndNoExecuteWaitsForTwoOthers() {
    Map<Lane, Integer> turns = new EnumMap<>(Lane.class);
    Lane before = Lane.EXECUTE;
    for (Lane lane : Lane.values()) {
      add(lane, 1, 1);
    }
    for (int i = 0; i < 1000; i++) {
      Lane lane = next().lane();
      add(lane, 1, 1);
      turns.merge(lane, 1, Integer::sum);
      assertTrue(before == Lane.EXECUTE || lane == Lane.EXECUTE);
      before = lane;
    }
    assertTrue(turns.getOrDefault(Lane.EXECUTE, 0) > 500);
    for (Lane lane : Lane.values()) {
      assertTrue(turns.getOrDefault(lane, 0) >= 10, lane + ": " + turns);
    }
  }

  @Test
  void boundsHoldForAllAndForOneGuest() {
    ScanQueue small = new ScanQueue(new EngineSettings.Queue(3, 2), now::get);
    assertTrue(small.offer(job(Lane.OPEN, 1, 1, 10)));
    assertTrue(small.offer(job(Lane.OPEN, 1, 1, 10)));
    assertFalse(small.offer(job(Lane.OPEN, 1, 1, 10)));
    assertTrue(small.offer(job(Lane.OPEN, 1, 2, 10)));
    assertFalse(small.offer(job(Lane.OPEN, 1, 3, 10)));
    assertNotNull(small.poll());
    assertTrue(small.offer(job(Lane.OPEN, 1, 3, 10)));
  }

  @Test
  void aPassedDeadlineTakesTheJobOut() {
    ScanJob late = job(Lane.OPEN, 1, 1, 2000);
    ScanJob soon = job(Lane.RESCAN, 1, 1, 10);
    assertTrue(queue.offer(late) && queue.offer(soon));
    assertEquals(List.of(), queue.expired());
    now.addAndGet(10);
    assertEquals(List.of(soon), queue.expired());
    assertEquals(1, queue.size());
    // The clock wraps around here.
    now.addAndGet(1990);
    assertEquals(List.of(late), queue.expired());
    assertNull(queue.poll());
  }

  @Test
  void aPausedQueueTakesInAndGivesNothing() {
    queue.pause(true);
    ScanJob job = add(Lane.OPEN, 1, 1);
    assertNull(queue.poll());
    queue.pause(false);
    assertEquals(job, queue.poll());
  }

  @Test
  void aJobThatIsPutBackIsTheNextOfItsLane() {
    ScanJob first = add(Lane.OPEN, 1, 1);
    ScanJob second = add(Lane.OPEN, 2, 2);
    assertEquals(first, queue.poll());
    assertTrue(queue.putBack(first));
    assertEquals(List.of(first, second), List.of(next(), next()));
  }

  @Test
  void drainingLeavesNothing() {
    add(Lane.OPEN, 1, 1);
    add(Lane.EXECUTE, 1, 1);
    assertEquals(2, queue.drain().size());
    assertEquals(0, queue.size());
    assertNull(queue.poll());
  }
}
