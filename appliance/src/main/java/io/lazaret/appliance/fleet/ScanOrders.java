// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.fleet;

import io.lazaret.appliance.identity.Guest;
import io.lazaret.appliance.identity.Guests;
import io.lazaret.appliance.ledger.Event;
import io.lazaret.appliance.ledger.EventKind;
import io.lazaret.appliance.ledger.Ledger;
import io.lazaret.appliance.ledger.ScanOrderRow;
import io.lazaret.appliance.ledger.ScanTargetRow;
import io.lazaret.appliance.metrics.Metric;
import io.lazaret.appliance.metrics.Metrics;
import io.lazaret.appliance.verdict.Push;
import io.lazaret.protocol.Message;
import io.lazaret.protocol.Message.ScanProgress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongPredicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Scans that operators ordered, until each guest has finished its part: a guest that is away gets
 * the order when it is back, and only so many run at once. Open ones are in memory as in the
 * ledger.
 */
public final class ScanOrders {
  /** Most guests' parts that are open. */
  static final int MOST_OPEN = 100_000;

  /** Most bytes of one order's paths: they fit one message. */
  static final int MOST_PATH_BYTES = 15_000;

  private static final int LONGEST_PATH = 4_096;
  private static final Duration WRITTEN_EVERY = Duration.ofSeconds(15);
  private static final Logger log = LoggerFactory.getLogger(ScanOrders.class);

  private enum State {
    WAITING,
    RUNNING,
    FINISHED,
    CANCELLED
  }

  private record Key(long order, long guest) {}

  /** An order that is open for somebody; guarded by the lock. */
  private static final class Order {
    private final List<String> paths;
    private int open;

    Order(List<String> paths) {
      this.paths = paths;
    }
  }

  /** One guest's part; guarded by the lock. */
  private static final class Target {
    private State state = State.WAITING;
    private long files;
    private long bytes;
    private long infected;
    private Instant heard = Instant.EPOCH;
    private Instant written = Instant.EPOCH;
  }

  private final Ledger ledger;
  private final Guests guests;
  private final Push push;
  private final LongPredicate connected;
  private final ScanSettings settings;
  private final Metrics metrics;
  private final InstantSource clock;
  private final Object lock = new Object();
  // Guarded by lock; the oldest order first.
  private final Map<Key, Target> open = new LinkedHashMap<>();
  private final Map<Long, Order> orders = new HashMap<>();
  private CompletableFuture<Void> lastWrite = CompletableFuture.completedFuture(null);

  private ScanOrders(
      Ledger ledger,
      Guests guests,
      Push push,
      LongPredicate connected,
      ScanSettings settings,
      Metrics metrics,
      InstantSource clock) {
    this.ledger = ledger;
    this.guests = guests;
    this.push = push;
    this.connected = connected;
    this.settings = settings;
    this.metrics = metrics;
    this.clock = clock;
  }

  /** Reads what is open; waits for the ledger. */
  public static ScanOrders load(
      Ledger ledger,
      Guests guests,
      Push push,
      LongPredicate connected,
      ScanSettings settings,
      Metrics metrics,
      InstantSource clock) {
    ScanOrders orders = new ScanOrders(ledger, guests, push, connected, settings, metrics, clock);
    for (ScanTargetRow row : ledger.scanOrders().open().join()) {
      Optional<ScanOrderRow> order = ledger.scanOrders().order(row.order()).join();
      if (order.isPresent()) {
        Target target = orders.begin(order.get(), row.guest());
        target.files = row.files();
        target.bytes = row.bytes();
        target.infected = row.infected();
      }
    }
    metrics.gauge(Metric.ORDERED_SCANS, () -> orders.count(State.WAITING), "waiting");
    metrics.gauge(Metric.ORDERED_SCANS, () -> orders.count(State.RUNNING), "running");
    metrics.gauge(Metric.ORDERED_SCANS_LIMIT, () -> MOST_OPEN, "waiting");
    metrics.gauge(Metric.ORDERED_SCANS_LIMIT, settings::atOnce, "running");
    return orders;
  }

  // ---- operators

  /**
   * Orders a scan; completes when it is on disk.
   *
   * @throws IllegalArgumentException when a path is wrong, nobody is meant, or too many are open
   */
  public CompletableFuture<ScanOrderRow> order(List<String> wanted, PolicyScope scope, String by) {
    List<String> checked = wanted.stream().map(ScanOrders::check).distinct().toList();
    int bytes = checked.stream().mapToInt(ScanOrders::bytes).sum();
    if (checked.isEmpty() || bytes > MOST_PATH_BYTES) {
      throw new IllegalArgumentException(
          "paths: "
              + checked.size()
              + " of "
              + bytes
              + " bytes (expected: at least one, at most "
              + MOST_PATH_BYTES
              + " bytes)");
    }
    List<Long> meant = guests.all().stream().filter(scope::holds).map(Guest::id).sorted().toList();
    if (meant.isEmpty()) {
      throw new IllegalArgumentException(scope + ": no guest (expected: at least one)");
    }
    synchronized (lock) {
      if (open.size() + meant.size() > MOST_OPEN) {
        throw new IllegalArgumentException(
            "scans: " + open.size() + " open (expected: at most " + MOST_OPEN + ")");
      }
    }
    Event event =
        Event.of(
            clock.instant(),
            EventKind.SCAN_ORDERED,
            0,
            scope.toString(),
            "guests=" + meant.size() + " by=" + by + " paths=" + String.join(" ", checked));
    return ledger
        .scanOrders()
        .add(checked, meant, by, event)
        .thenApply(row -> {
          synchronized (lock) {
            meant.forEach(guest -> begin(row, guest));
          }
          return row;
        });
  }

  private Target begin(ScanOrderRow row, long guest) {
    Target target = new Target();
    open.put(new Key(row.number(), guest), target);
    orders.computeIfAbsent(row.number(), _ -> new Order(row.paths())).open++;
    return target;
  }

  private static String check(String path) {
    String folder =
        path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    boolean plain =
        folder.startsWith("/")
            && bytes(folder) <= LONGEST_PATH
            && folder.chars().noneMatch(Character::isISOControl)
            && !folder.contains("//")
            && !(folder + "/").contains("/../")
            && !(folder + "/").contains("/./");
    if (!plain) {
      throw new IllegalArgumentException(
          "path: " + path + " (expected: absolute, without //, /./ and /../)");
    }
    return folder;
  }

  private static int bytes(String path) {
    return path.getBytes(StandardCharsets.UTF_8).length;
  }

  /** Cancels what is open of an order, for one guest or for all; gives how many parts that was. */
  public int cancel(long order, Optional<Long> guest, String by) {
    int cancelled = 0;
    synchronized (lock) {
      for (Key key : List.copyOf(open.keySet())) {
        if (key.order() == order && guest.map(id -> id == key.guest()).orElse(true)) {
          end(key, State.CANCELLED, "by=" + by);
          cancelled++;
        }
      }
    }
    return cancelled;
  }

  /** The newest orders. */
  public CompletableFuture<List<ScanOrderRow>> newest(int limit) {
    return ledger.scanOrders().newest(limit);
  }

  /** One order. */
  public CompletableFuture<Optional<ScanOrderRow>> find(long order) {
    return ledger.scanOrders().order(order);
  }

  /** All guests of an order, as they said last. */
  public CompletableFuture<List<ScanTargetRow>> targets(long order) {
    CompletableFuture<Void> before;
    synchronized (lock) {
      before = lastWrite;
    }
    // What has just ended is in the ledger only.
    return before
        .thenCompose(_ -> ledger.scanOrders().targets(order))
        .thenApply(rows -> rows.stream().map(this::newer).toList());
  }

  private ScanTargetRow newer(ScanTargetRow row) {
    Key key = new Key(row.order(), row.guest());
    synchronized (lock) {
      Target target = open.get(key);
      return target == null ? row : row(key, target);
    }
  }

  // ---- guests

  /** Sends what may run now; called every second or so. */
  public void dispatch() {
    Instant now = clock.instant();
    synchronized (lock) {
      Set<Long> busy = new HashSet<>();
      for (Map.Entry<Key, Target> entry : List.copyOf(open.entrySet())) {
        Target target = entry.getValue();
        long guest = entry.getKey().guest();
        if (guests.find(guest).isEmpty()) {
          end(entry.getKey(), State.CANCELLED, "the guest was revoked");
        } else if (target.state == State.RUNNING) {
          boolean silent = target.heard.plus(settings.silence()).isBefore(now);
          if (silent || !connected.test(guest)) {
            target.state = State.WAITING;
          } else {
            busy.add(guest);
          }
        }
      }
      for (Map.Entry<Key, Target> entry : open.entrySet()) {
        if (busy.size() >= settings.atOnce()) {
          return;
        }
        long guest = entry.getKey().guest();
        if (entry.getValue().state == State.WAITING
            && !busy.contains(guest)
            && send(entry.getKey(), entry.getValue(), now)) {
          busy.add(guest);
        }
      }
    }
  }

  private boolean send(Key key, Target target, Instant now) {
    Order order = orders.get(key.order());
    if (order == null
        || !push.toGuest(key.guest(), new Message.ScanOrder(key.order(), order.paths))) {
      return false;
    }
    target.state = State.RUNNING;
    target.heard = now;
    log.info("scan sent: order={} guest={}", key.order(), key.guest());
    return true;
  }

  /** A guest tells how far it is. One that works at what nobody wants any more is told so. */
  public void progress(Guest guest, ScanProgress progress) {
    Key key = new Key(progress.order(), guest.id());
    synchronized (lock) {
      Target target = open.get(key);
      if (target == null) {
        if (!progress.finished()) {
          push.toGuest(guest.id(), new Message.ScanOrder(progress.order(), List.of()));
        }
        return;
      }
      Instant now = clock.instant();
      target.state = State.RUNNING;
      target.heard = now;
      target.files = Math.max(0, progress.files());
      target.bytes = Math.max(0, progress.bytes());
      target.infected = Math.max(0, progress.infected());
      if (progress.finished()) {
        end(key, State.FINISHED, "");
      } else if (target.written.plus(WRITTEN_EVERY).isBefore(now)) {
        target.written = now;
        write(row(key, target), Optional.empty());
      }
    }
  }

  private void end(Key key, State state, String detail) {
    Target target = open.remove(key);
    if (target == null) {
      return;
    }
    orders.computeIfPresent(key.order(), (_, order) -> --order.open == 0 ? null : order);
    boolean finished = state == State.FINISHED;
    if (!finished) {
      push.toGuest(key.guest(), new Message.ScanOrder(key.order(), List.of()));
    }
    target.state = state;
    String result = !finished ? "cancelled" : target.infected > 0 ? "infected" : "clean";
    metrics.count(Metric.ORDERED_SCANS_ENDED, result);
    String figures =
        "files=" + target.files + " bytes=" + target.bytes + " infected=" + target.infected;
    Event event =
        Event.of(
            clock.instant(),
            finished ? EventKind.SCAN_FINISHED : EventKind.SCAN_CANCELLED,
            key.guest(),
            "order " + key.order(),
            (figures + " " + detail).strip());
    write(row(key, target), Optional.of(event));
  }

  private void write(ScanTargetRow row, Optional<Event> event) {
    lastWrite =
        ledger
            .scanOrders()
            .update(row, event)
            .exceptionally(failure -> {
              log.error(
                  "scan progress not stored: order={} guest={}", row.order(), row.guest(), failure);
              return null;
            });
  }

  private ScanTargetRow row(Key key, Target target) {
    return new ScanTargetRow(
        key.order(),
        key.guest(),
        target.state.name().toLowerCase(Locale.ROOT),
        target.files,
        target.bytes,
        target.infected,
        clock.instant());
  }

  private long count(State state) {
    synchronized (lock) {
      Collection<Target> all = open.values();
      return all.stream().filter(target -> target.state == state).count();
    }
  }
}
