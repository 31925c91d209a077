// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.lazaret.appliance.identity.Guest;
import io.lazaret.appliance.ledger.EventKind;
import io.lazaret.appliance.ledger.ScanTargetRow;
import io.lazaret.appliance.metrics.Metric;
import io.lazaret.protocol.Message;
import io.lazaret.protocol.Message.ScanProgress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScanOrdersTest {
  private static final ScanSettings TWO = new ScanSettings(2, Duration.ofMinutes(2));

  @TempDir private Path directory;
  private final List<Guest> all = new ArrayList<>();
  private FleetRig rig;
  private ScanOrders orders;

  @BeforeEach
  void open() {
    rig = new FleetRig(directory);
    for (int i = 0; i < 4; i++) {
      all.add(rig.guest("desk" + i, "acme"));
    }
    orders = load();
  }

  @AfterEach
  void close() {
    rig.close();
  }

  @Test
  void onlySoManyRunAtOnceAndTheNextFollows() {
    long order = order(PolicyScope.ALL, "/home", "/srv/");
    assertEquals(2, sent(order, "/home", "/srv"));
    assertEquals(0, sent(order, "/home", "/srv"));
    progress(all.get(0), order, 10, 0, true);
    assertEquals(1, sent(order, "/home", "/srv"));
    progress(all.get(1), order, 10, 1, true);
    progress(all.get(2), order, 5, 0, false);
    assertEquals(1, sent(order, "/home", "/srv"));
    assertEquals(List.of("finished", "finished", "running", "running"), states(order));
    progress(all.get(2), order, 10, 0, true);
    progress(all.get(3), order, 10, 0, true);
    assertEquals(List.of("finished", "finished", "finished", "finished"), states(order));
    assertEquals(4, rig.events(EventKind.SCAN_FINISHED).size());
    assertEquals(1, rig.metrics.value(Metric.ORDERED_SCANS_ENDED, "infected"));
    assertEquals(3, rig.metrics.value(Metric.ORDERED_SCANS_ENDED, "clean"));
  }

  @Test
  void whoIsAwayGetsItWhenItIsBackAlsoAfterARestart() {
    rig.connected.clear();
    long order = order(PolicyScope.of(Optional.of("desk1"), Optional.empty()), "/home");
    assertEquals(0, sent(order, "/home"));
    rig.restart();
    orders = load();
    rig.connected.add(all.get(1).id());
    assertEquals(1, sent(order, "/home"));
    progress(all.get(1), order, 7, 0, false);
    rig.connected.clear();
    assertEquals(0, sent(order, "/home"));
    assertEquals(List.of("waiting"), states(order));
    rig.connected.add(all.get(1).id());
    assertEquals(1, sent(order, "/home"));
  }

  @Test
  void aSilentGuestIsToldAgain() {
    long order = order(PolicyScope.of(Optional.of("desk1"), Optional.empty()), "/home");
    assertEquals(1, sent(order, "/home"));
    rig.now = rig.now.plus(TWO.silence()).plusSeconds(1);
    assertEquals(1, sent(order, "/home"));
  }

  @Test
  void whatIsCancelledIsWithdrawnAndStaysSo() {
    long order = order(PolicyScope.ALL, "/home");
    assertEquals(2, sent(order, "/home"));
    assertEquals(1, orders.cancel(order, Optional.of(all.get(0).id()), "ann"));
    assertEquals(List.of(withdrawn(order)), rig.taken(all.get(0)));
    assertEquals(3, orders.cancel(order, Optional.empty(), "ann"));
    assertEquals(0, orders.cancel(order, Optional.empty(), "ann"));
    assertEquals(List.of("cancelled", "cancelled", "cancelled", "cancelled"), states(order));
    all.forEach(rig::taken);
    progress(all.get(1), order, 5, 0, false);
    assertEquals(List.of(withdrawn(order)), rig.taken(all.get(1)));
    assertEquals("cancelled", states(order).get(1));
    rig.restart();
    orders = load();
    assertEquals(0, sent(order, "/home"));
  }

  @Test
  void aGuestSpeaksForItselfOnly() {
    long order = order(PolicyScope.of(Optional.of("desk1"), Optional.empty()), "/home");
    assertEquals(1, sent(order, "/home"));
    progress(all.get(0), order, 1, 99, true);
    assertEquals(List.of("running"), states(order));
    progress(all.get(1), order, -5, -1, false);
    assertEquals(0, orders.targets(order).join().getFirst().files());
  }

  @Test
  void whatCannotBeOrderedIsRefused() {
    for (List<String> wrong :
        List.of(
            List.<String>of(),
            List.of("home"),
            List.of("/a/../b"),
            List.of("/a//b"),
            List.of("/" + "a".repeat(5_000)),
            java.util.stream.IntStream.range(0, 10)
                .mapToObj(i -> "/" + i + "a".repeat(2_000))
                .toList())) {
      assertThrows(
          IllegalArgumentException.class, () -> orders.order(wrong, PolicyScope.ALL, "ann"));
    }
    assertThrows(
        IllegalArgumentException.class,
        () ->
            orders.order(
                List.of("/"), PolicyScope.of(Optional.empty(), Optional.of("nobody")), "ann"));
    assertEquals(List.of(), orders.newest(10).join());
  }

  private ScanOrders load() {
    return ScanOrders.load(
        rig.ledger, rig.guests, rig, rig.connected::contains, TWO, rig.metrics, () -> rig.now);
  }

  private long order(PolicyScope scope, String... paths) {
    return orders.order(List.of(paths), scope, "ann").join().number();
  }

  /** Dispatches, and counts the guests that were sent the order. */
  private int sent(long order, String... paths) {
    orders.dispatch();
    int sent = 0;
    for (Guest guest : all) {
      for (Message message : rig.taken(guest)) {
        assertEquals(new Message.ScanOrder(order, List.of(paths)), message);
        sent++;
      }
    }
    return sent;
  }

  private void progress(Guest guest, long order, long files, long infected, boolean finished) {
    orders.progress(guest, new ScanProgress(order, files, files * 10, infected, finished));
  }

  private List<String> states(long order) {
    return orders.targets(order).join().stream().map(ScanTargetRow::state).toList();
  }

  private static Message withdrawn(long order) {
    return new Message.ScanOrder(order, List.of());
  }
}
