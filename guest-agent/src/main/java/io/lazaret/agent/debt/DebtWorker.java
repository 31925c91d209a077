// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.debt;

import io.lazaret.agent.decision.AccessDecision;
import io.lazaret.agent.decision.Decision;
import io.lazaret.agent.scan.Pressure;
import io.lazaret.agent.scan.ScanSettings;
import io.lazaret.protocol.Access;
import io.lazaret.protocol.ContentKey;
import io.lazaret.protocol.Report.DebtReason;
import io.lazaret.protocol.Verdict;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Works debts off one at a time, while an appliance is there and the guest is calm: opens what is
 * there now, has it decided as any access, at the least urgent lane.
 */
public final class DebtWorker {
  private static final int BATCH = 16;
  private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final Duration DEADLINE = Duration.ofMinutes(2);
  private static final Logger LOG = LoggerFactory.getLogger(DebtWorker.class);

  /** Is told of debts that are paid; must not block. */
  @FunctionalInterface
  public interface Listener {
    void paid(Access access, Verdict verdict);
  }

  private final DebtBook book;
  private final AccessDecision decision;
  private final BooleanSupplier connected;
  private final Hands hands;
  private final Calm calm;
  private final Listener listener;
  private final Thread thread = Thread.ofVirtual().name("debts").unstarted(this::run);

  /**
   * Makes it; it begins with {@link #start}.
   *
   * @param held opens that are held now: while there are many, debts wait
   * @param limits of pressure above which debts wait, as scans do
   */
  public DebtWorker(
      DebtBook book,
      AccessDecision decision,
      BooleanSupplier connected,
      Hands hands,
      LongSupplier held,
      Supplier<ScanSettings> limits,
      Pressure pressure,
      Listener listener) {
    this.book = book;
    this.decision = decision;
    this.connected = connected;
    this.hands = hands;
    this.calm = new Calm(held, limits, pressure);
    this.listener = listener;
  }

  public void start() {
    thread.start();
  }

  /** Ends; what is under way stays owed. */
  public void stop() throws InterruptedException {
    if (thread.getState() != Thread.State.NEW) {
      thread.interrupt();
      thread.join(Duration.ofSeconds(5));
    }
  }

  private void run() {
    try {
      while (true) {
        List<DebtBook.Entry> due = book.due(BATCH);
        if (due.isEmpty()) {
          TimeUnit.NANOSECONDS.sleep(LOOK_NANOS);
        }
        for (DebtBook.Entry entry : due) {
          while (!connected.getAsBoolean()) {
            TimeUnit.NANOSECONDS.sleep(LOOK_NANOS / 2);
          }
          calm.await();
          work(entry);
        }
      }
    } catch (InterruptedException stopped) {
      LOG.debug("no more debts are worked off");
    }
  }

  /** Pays one debt, or says why it stays. */
  void work(DebtBook.Entry entry) throws InterruptedException {
    Debt debt = entry.debt();
    long deadline = System.nanoTime() + DEADLINE.toNanos();
    try (OwedFile file = hands.call(() -> OwedFile.open(debt, deadline))) {
      Decision decided = decision.decide(file);
      decision.answered(file, decided);
      settle(entry, file, decided);
    } catch (OwedFile.Gone gone) {
      book.gone(debt);
    } catch (OwedFile.Missing missing) {
      book.missing(entry);
    } catch (IOException | RuntimeException e) {
      LOG.warn("debt not worked off detail={}", String.valueOf(e));
      book.stays(entry, DebtReason.UNREADABLE);
    }
  }

  private void settle(DebtBook.Entry entry, OwedFile file, Decision decided) {
    if (decided.known().isPresent()
        && !(decided.known().get().verdict() instanceof Verdict.Incomplete)) {
      ContentKey content = decided.known().get().content();
      listener.paid(
          new Access(file.lane(), content, file.path(), "", 0, file.uid()),
          decided.known().get().verdict());
      book.paid(entry.debt());
      return;
    }
    switch (decided.why()) {
      case OWN, EXCLUDED, NOTHING_TO_SCAN, CLEAN, INFECTED -> book.gone(entry.debt());
      case INCOMPLETE -> book.stays(entry, DebtReason.INCOMPLETE);
      case TOO_LARGE -> book.stays(entry, DebtReason.TOO_LARGE);
      case APPLIANCE_AWAY -> book.stays(entry, DebtReason.APPLIANCE_AWAY);
      case ENGINE -> book.stays(entry, DebtReason.ENGINE);
      case STARTING -> book.stays(entry, DebtReason.STARTING);
      case DEADLINE, STOPPING -> book.stays(entry, DebtReason.DEADLINE);
      case OVERLOAD, BUSY -> book.stays(entry, DebtReason.OVERLOAD);
      case UNREADABLE -> book.stays(entry, DebtReason.UNREADABLE);
    }
  }
}
