// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.verdict;

import io.lazaret.appliance.content.StagedContent;
import io.lazaret.appliance.content.Upload;
import io.lazaret.appliance.content.UploadResult;
import io.lazaret.appliance.engine.ScanRequest;
import io.lazaret.appliance.engine.ScanResult;
import io.lazaret.appliance.identity.Guest;
import io.lazaret.appliance.ledger.StoredVerdict;
import io.lazaret.protocol.Access;
import io.lazaret.protocol.Lane;
import io.lazaret.protocol.Outcome;
import io.lazaret.protocol.Outcome.Source;
import io.lazaret.protocol.Refusal;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One content on its way to a verdict, and all who wait for it: store, upload, scan, record,
 * answer, from top to bottom on one virtual thread.
 *
 * <p>Others join and leave at any time; {@code waiting} and {@code over} are guarded by this
 * object's lock, which is never held while anything else is called.
 */
final class Flight implements TakeOffs.Departure {
  private static final Logger log = LoggerFactory.getLogger(Flight.class);

  /** How an attempt to join ended. */
  enum Boarding {
    JOINED,
    FULL,
    OVER
  }

  private final FlightKey key;
  private final FlightDeck deck;
  private final Senders senders;
  // In order of arrival.
  private final LinkedHashSet<Waiter> waiting = new LinkedHashSet<>();
  private boolean over;
  private @Nullable Waiter sender;
  private Runnable whenSenderLeaves = () -> {};
  // The scan, once it was asked for.
  private @Nullable ScanRequest scan;
  // Ends the wait for the sender's turn, while there is one.
  private @Nullable Runnable overtake;
  private final AtomicBoolean tookOff = new AtomicBoolean();

  Flight(FlightKey key, FlightDeck deck) {
    this.key = key;
    this.deck = deck;
    this.senders = new Senders(deck.uploadTurns());
  }

  FlightKey key() {
    return key;
  }

  Boarding join(Waiter waiter) {
    Runnable wake;
    ScanRequest asked;
    synchronized (this) {
      if (over) {
        return Boarding.OVER;
      }
      if (waiting.size() >= deck.settings().waitersPerFlight()) {
        return Boarding.FULL;
      }
      waiting.add(waiter);
      waiter.boards(this);
      wake = overtake;
      asked = scan;
    }
    if (asked != null) {
      joinScan(asked, waiter);
    }
    if (wake != null && senders.isFree(waiter)) {
      wake.run();
    }
    return Boarding.JOINED;
  }

  /** A waiter was settled or gave up: it will send nothing more. */
  void left(Waiter waiter) {
    Runnable action = () -> {};
    synchronized (this) {
      waiting.remove(waiter);
      if (waiter == sender) {
        action = whenSenderLeaves;
      }
    }
    action.run();
  }

  @Override
  public void run() {
    try {
      Optional<StoredVerdict> before = fromStore();
      Waiter next;
      while ((next = nextSender()) != null) {
        try (UploadTurns.Turn turn =
            deck.uploadTurns().take(next.asker().guest().id(), next.lane())) {
          Optional<UploadResult> result = receive(next, turn);
          if (result.isPresent()) {
            received(next, result.get(), turn, before);
          }
        }
      }
    } catch (InterruptedException e) {
      end(new Outcome.Refused(Refusal.SHUTTING_DOWN));
    } catch (RuntimeException e) {
      log.error("flight failed: content={}", key.content(), e);
      end(new Outcome.Refused(Refusal.INTERNAL));
    } finally {
      end(new Outcome.Refused(Refusal.INTERNAL)); // nobody is left, unless by a defect
      deck.landed(this);
    }
  }

  private void received(
      Waiter from, UploadResult result, UploadTurns.Turn turn, Optional<StoredVerdict> before)
      throws InterruptedException {
    switch (result) {
      case UploadResult.Staged(StagedContent content) -> {
        try (content) {
          judge(from, content, turn, before);
        }
      }
      case UploadResult.Rejected(Refusal code) -> refuse(from, code);
      case UploadResult.NoRoom() -> end(deck.busy(Bound.DISK));
    }
  }

  @Override
  public boolean takesOff() {
    return tookOff.compareAndSet(false, true);
  }

  @Override
  public void neverStarted() {
    end(new Outcome.Refused(Refusal.SHUTTING_DOWN));
    deck.landed(this);
  }

  /** Answers those whom a verdict on disk serves; gives back what it found. */
  private Optional<StoredVerdict> fromStore() throws InterruptedException {
    Optional<StoredVerdict> found;
    try {
      if (first() == null) { // all gave up before it began
        return Optional.empty();
      }
      found = deck.store().find(key.domain(), key.content()).get();
    } catch (ExecutionException e) {
      // Counted by the store. The content is asked for as if it were unknown.
      log.warn("store not read: content={}", key.content(), e.getCause());
      return Optional.empty();
    } finally {
      deck.takeOffs().left();
    }
    found.ifPresent(this::serveStored);
    return found;
  }

  private void serveStored(StoredVerdict stored) {
    deck.memory().put(stored);
    Outcome outcome = new Outcome.Judged(stored.verdict(), stored.epoch(), Source.STORE);
    for (Waiter waiter : passengers()) {
      if (deck.serves(stored, waiter)) {
        waiter.settle(outcome);
      }
    }
  }

  /**
   * The one who has waited longest among those who may send at once, so that a guest with many slow
   * uploads holds up nobody else; null when nobody is left, and then nobody can join.
   */
  private @Nullable Waiter nextSender() {
    while (true) {
      Waiter first = first();
      if (first == null || senders.isFree(first)) {
        return first;
      }
      Optional<Waiter> next = senders.choose(passengers());
      if (next.isPresent()) {
        return next.get();
      }
      // Those who are left had their turn, and a second SendContent would find them in the first.
      for (Waiter waiter : passengers()) {
        waiter.settle(new Outcome.Refused(Refusal.UPLOAD_STALLED));
      }
    }
  }

  private synchronized @Nullable Waiter first() {
    sender = null;
    if (over || waiting.isEmpty()) {
      over = true;
      return null;
    }
    return waiting.getFirst();
  }

  /**
   * Empty when the next one is to be asked: this one left, may not send now, has no room, or lets
   * others wait.
   */
  private Optional<UploadResult> receive(Waiter waiter, UploadTurns.Turn turn)
      throws InterruptedException {
    whenLeaving(waiter, turn::giveUp);
    if (!came(turn)) {
      return Optional.empty();
    }
    int id = waiter.ask().id();
    Optional<Upload> room =
        deck.staging()
            .begin(
                waiter.asker().guest().id(),
                key.content(),
                bytes -> waiter.asker().grantCredit(id, waiter, bytes));
    if (room.isEmpty()) {
      waiter.settle(deck.busy(Bound.STAGING)); // there may be room for another guest's
      return Optional.empty();
    }
    Upload upload = room.get();
    whenLeaving(waiter, () -> upload.abort(Refusal.CANCELLED));
    waiter.asker().requestContent(id, waiter, upload);
    Optional<UploadResult> result =
        new UploadWatch(
                upload,
                deck.settings().upload(),
                () -> senders.couldAnotherSend(passengers(), waiter))
            .result();
    if (result.isEmpty()) {
      senders.overtake(waiter); // it goes on waiting for the verdict, but others send
      deck.findings().flagged(waiter.asker().guest(), key.content(), Refusal.UPLOAD_STALLED);
    }
    return result;
  }

  /** Waits for the turn; false when the waiter left or another one can send at once. */
  private boolean came(UploadTurns.Turn turn) throws InterruptedException {
    synchronized (this) {
      overtake = turn::giveUp;
    }
    if (!turn.came().isDone() && passengers().stream().anyMatch(senders::isFree)) {
      turn.giveUp(); // another one joined before it could wake us
    }
    boolean came = get(turn.came());
    synchronized (this) {
      overtake = null;
    }
    return came;
  }

  /** What to do when this waiter leaves; at once if it has left. */
  private void whenLeaving(Waiter waiter, Runnable action) {
    synchronized (this) {
      sender = waiter;
      whenSenderLeaves = action;
    }
    if (waiter.isDone()) {
      action.run();
    }
  }

  private void refuse(Waiter waiter, Refusal code) {
    if (code == Refusal.HASH_MISMATCH || code == Refusal.LENGTH_MISMATCH) {
      deck.findings().flagged(waiter.asker().guest(), key.content(), code);
    }
    Outcome refused = new Outcome.Refused(code);
    if (isSendersFault(code)) { // or one guest could keep a content unjudged for all, ask by ask
      long guest = waiter.asker().guest().id();
      for (Waiter other : passengers()) {
        if (other.asker().guest().id() == guest) {
          other.settle(refused);
        }
      }
    }
    waiter.settle(refused);
  }

  private static boolean isSendersFault(Refusal code) {
    return switch (code) {
      case UPLOAD_STALLED, CONTENT_UNAVAILABLE, HASH_MISMATCH, LENGTH_MISMATCH, CREDIT_EXCEEDED ->
          true;
      default -> false;
    };
  }

  private void judge(
      Waiter from, StagedContent content, UploadTurns.Turn turn, Optional<StoredVerdict> before)
      throws InterruptedException {
    Guest guest = from.asker().guest();
    Access access = from.ask().access();
    deck.costs().received(guest.name(), access);
    AtomicLong begun = new AtomicLong();
    ScanRequest request =
        new ScanRequest(
            mostUrgentLane(from.lane()),
            guest.tenant().id(),
            guest.id(),
            key.content(),
            () -> {
              begun.compareAndSet(0, System.nanoTime());
              return content.open();
            },
            System.nanoTime() + deck.settings().scanTime().toNanos(),
            late -> deck.late(key, before, late));
    CompletableFuture<ScanResult> scanned = deck.engine().scan(request);
    joinScan(request);
    ScanResult result = get(scanned);
    content.close(); // gone before anybody hears of it
    turn.close();
    if (begun.get() != 0) {
      deck.costs().scanned(guest.name(), access, System.nanoTime() - begun.get());
    }
    switch (result) {
      case ScanResult.Scanned(var verdict, long epoch) -> {
        StoredVerdict now =
            new StoredVerdict(key.domain(), key.content(), verdict, epoch, deck.clock().instant());
        if (FlightDeck.knowsMore(before, now)) {
          StoredVerdict found = before.orElseThrow();
          deck.judged( // it stands, under the present engine state, too
              before,
              new StoredVerdict(
                  key.domain(), key.content(), found.verdict(), epoch, now.judgedAt()));
          end(new Outcome.Judged(found.verdict(), found.epoch(), Source.STORE));
          return;
        }
        if (FlightDeck.isKept(now)) {
          record(now);
          deck.memory().put(now);
          deck.judged(before, now);
        }
        end(from, now);
      }
      case ScanResult.NotScanned(Refusal code, String detail) -> {
        log.warn("not scanned: code={} content={} detail={}", code, key.content(), detail);
        end(new Outcome.Refused(code));
      }
      case ScanResult.QueueFull(int retryAfterMillis) -> end(deck.busy(retryAfterMillis));
    }
  }

  /** For those who joined before {@code scan} was there for {@link #join} to see. */
  private void joinScan(ScanRequest request) {
    List<Waiter> joined;
    synchronized (this) {
      scan = request;
      joined = new ArrayList<>(waiting);
    }
    joined.forEach(waiter -> joinScan(request, waiter));
  }

  private void joinScan(ScanRequest request, Waiter waiter) {
    Guest guest = waiter.asker().guest();
    deck.engine().join(request, waiter.lane(), guest.tenant().id(), guest.id());
  }

  private static <T> T get(CompletableFuture<T> future) throws InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw new CompletionException(e.getCause());
    }
  }

  /** Guests are answered after this, so no verdict is out that a crash could make unsaid. */
  private void record(StoredVerdict verdict) throws InterruptedException {
    try {
      boolean urgent = mostUrgentLane(Lane.RESCAN) == Lane.EXECUTE;
      (urgent ? deck.store().saveNow(verdict) : deck.store().save(verdict)).get();
    } catch (ExecutionException e) {
      // Counted by the store. The verdict is true, and a full disk must not stop every guest.
      log.error("verdict not recorded: content={}", key.content(), e.getCause());
    }
  }

  private synchronized Lane mostUrgentLane(Lane sendersLane) {
    Lane lane = sendersLane;
    for (Waiter waiter : waiting) {
      if (waiter.lane().compareTo(lane) < 0) {
        lane = waiter.lane();
      }
    }
    return lane;
  }

  private void end(Waiter from, StoredVerdict verdict) {
    Outcome scanned = new Outcome.Judged(verdict.verdict(), verdict.epoch(), Source.SCAN);
    Outcome joined = new Outcome.Judged(verdict.verdict(), verdict.epoch(), Source.JOINED);
    if (deck.isOver(verdict) && isReverification()) {
      // The engine state changed meanwhile. A re-verification is for the present one only: those
      // who want that wait on, and one of them sends the content once more.
      for (Waiter waiter : passengers()) {
        if (waiter.lane() != Lane.RESCAN) {
          waiter.settle(waiter == from ? scanned : joined);
        }
      }
      return;
    }
    for (Waiter waiter : disembark()) {
      waiter.settle(waiter == from ? scanned : joined);
    }
  }

  private synchronized boolean isReverification() {
    return waiting.stream().anyMatch(waiter -> waiter.lane() == Lane.RESCAN);
  }

  private void end(Outcome outcome) {
    for (Waiter waiter : disembark()) {
      waiter.settle(outcome);
    }
  }

  private synchronized List<Waiter> passengers() {
    return new ArrayList<>(waiting);
  }

  private synchronized List<Waiter> disembark() {
    over = true;
    return new ArrayList<>(waiting);
  }
}
