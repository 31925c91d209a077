// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.client;

import io.lazaret.protocol.Access;
import io.lazaret.protocol.Capability;
import io.lazaret.protocol.Message;
import io.lazaret.protocol.Outcome;
import io.lazaret.protocol.Refusal;
import io.lazaret.protocol.Report;
import io.lazaret.protocol.Report.DebtReason;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Verdicts from whichever appliance is connected: many asks in flight, each waiting on its own
 * thread; a lost connection is replaced under them.
 */
public final class VerdictClient implements VerdictSource {
  private static final Logger LOG = LoggerFactory.getLogger(VerdictClient.class);

  /** Until an ask that a stopping appliance refused is sent again. */
  private static final long HANDOVER_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final ClientSettings settings;
  private final ApplianceListener listener;
  private final ReportOutbox reports;
  private final Chores chores;
  private final Map<Integer, PendingAsk> pending = new ConcurrentHashMap<>();
  private final AtomicInteger ids = new AtomicInteger();
  private final Semaphore permits;
  private final LongAdder bytesSent = new LongAdder();
  private final LinkOwner owner = new LinkOwner();
  private final ApplianceLink link;
  private volatile @Nullable ApplianceSession session;
  private volatile Standing standing = new Standing(Optional.empty(), "not connected yet");
  private volatile long awayNanos;

  /** Since the last session not every appliance was tried: the next one may take over. */
  private volatile boolean oneUntried;

  /** What is said unasked and done now and then on a live session. */
  interface Chores {
    /** One tick of a live session. */
    void tick(ApplianceSession session);

    /** The certificate that was asked for. */
    void enrolled(Message.Enrolled enrolled);
  }

  /**
   * Where the client stands.
   *
   * @param appliance the one that is connected
   * @param detail the guest's name there, or why there is none
   */
  public record Standing(Optional<ApplianceAddress> appliance, String detail) {}

  VerdictClient(
      ClientSettings settings,
      Transport.Dialler dialler,
      Greeting greeting,
      ApplianceListener listener,
      ReportOutbox reports,
      Chores chores) {
    this.settings = settings;
    this.listener = listener;
    this.reports = reports;
    this.chores = chores;
    this.permits = new Semaphore(settings.inFlight(), true);
    this.link =
        new ApplianceLink(
            settings, dialler, greeting, owner, new Random(new SecureRandom().nextLong()));
  }

  /**
   * A client that is not started yet.
   *
   * @param figures the guest's figures, asked for every 30 s of a session
   */
  public static VerdictClient create(
      ClientSettings settings,
      CurrentIdentity identity,
      Greeting greeting,
      ApplianceListener listener,
      Supplier<Map<Report.Figure, Long>> figures) {
    return create(settings, TlsDialler::new, identity, greeting, listener, figures);
  }

  /** The same with another transport. */
  public static VerdictClient create(
      ClientSettings settings,
      Transport.Maker transport,
      CurrentIdentity identity,
      Greeting greeting,
      ApplianceListener listener,
      Supplier<Map<Report.Figure, Long>> figures) {
    InstantSource clock = InstantSource.system();
    ReportOutbox reports = new ReportOutbox(settings.reportsKept(), clock.millis() << 16);
    Renewal renewal = new Renewal(identity, greeting.host(), clock);
    Transport.Dialler dialler = transport.dialler(identity::tls);
    Chores chores = new SessionChores(renewal, reports, figures, clock);
    return new VerdictClient(settings, dialler, greeting, listener, reports, chores);
  }

  /** Starts connecting; asks may come at once. */
  public void start() {
    awayNanos = System.nanoTime() + settings.awayWait().toNanos();
    link.start();
  }

  /** Waits for the first session; false when there is none within the time. */
  public boolean awaitConnected(Duration most) throws InterruptedException {
    long end = System.nanoTime() + most.toNanos();
    while (session == null && System.nanoTime() - end < 0) {
      TimeUnit.MILLISECONDS.sleep(10);
    }
    return session != null;
  }

  public ReportOutbox reports() {
    return reports;
  }

  public Standing standing() {
    return standing;
  }

  /** Tells how far an ordered scan is; lost when nobody is there. */
  public void tell(Message.ScanProgress progress) {
    ApplianceSession current = session;
    if (current != null && current.has(Capability.SCAN_ORDERS)) {
      current.send(progress);
    }
  }

  /** Asks that wait for their answer. */
  public int inFlight() {
    return pending.size();
  }

  /** Bytes of content sent since the start. */
  public long bytesSent() {
    return bytesSent.sum();
  }

  @Override
  public SourceAnswer ask(Access access, ContentReader content, long deadlineNanos)
      throws InterruptedException {
    return ask(access, content, deadlineNanos, verdict -> {});
  }

  @Override
  public SourceAnswer ask(Access access, ContentReader content, long deadlineNanos, FirstLook first)
      throws InterruptedException {
    if (isAway()) {
      return away();
    }
    if (!permits.tryAcquire(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS)) {
      return new SourceAnswer.NoVerdict(DebtReason.OVERLOAD, "too many asks in flight");
    }
    PendingAsk ask = new PendingAsk(ids.incrementAndGet(), access, content, deadlineNanos, first);
    pending.put(ask.id(), ask);
    link.hurry();
    try {
      return settle(ask);
    } finally {
      pending.remove(ask.id());
      ask.finish();
      ApplianceSession current = session;
      if (current != null) {
        current.withdraw(ask.id());
      }
      permits.release();
    }
  }

  private SourceAnswer settle(PendingAsk ask) throws InterruptedException {
    while (true) {
      if (isAway()) {
        return away();
      }
      send(ask);
      switch (ask.await(owner)) {
        case PendingAsk.News.Told(Outcome.Judged judged) -> {
          return SourceAnswer.Judged.of(judged);
        }
        case PendingAsk.News.Told(Outcome.Refused(Refusal code)) -> {
          // One that stops says so before it hangs up, and then another one may take over.
          if (code != Refusal.SHUTTING_DOWN || !ask.rest(HANDOVER_NANOS)) {
            return new SourceAnswer.NoVerdict(Refusals.debtReason(code), code.name());
          }
        }
        case PendingAsk.News.Told(Outcome.Busy(int retryAfterMillis)) -> {
          if (!ask.rest(TimeUnit.MILLISECONDS.toNanos(Math.max(1, retryAfterMillis)))) {
            return new SourceAnswer.NoVerdict(DebtReason.OVERLOAD, "the appliance is busy");
          }
        }
        case PendingAsk.News.Told(Outcome.SendContent unexpected) ->
            throw new IllegalStateException("not final: " + unexpected);
        case PendingAsk.News.Unreadable(String detail) -> {
          return new SourceAnswer.NoVerdict(DebtReason.UNREADABLE, detail);
        }
        case PendingAsk.News.TimeIsUp() -> {
          return session == null
              ? away()
              : new SourceAnswer.NoVerdict(DebtReason.DEADLINE, "no answer in time");
        }
        case PendingAsk.News.Away() -> {
          return away();
        }
      }
    }
  }

  private void send(PendingAsk ask) {
    ApplianceSession current = session;
    if (current != null) {
      current.ask(ask);
    }
  }

  /**
   * Whether nobody should wait for an appliance: there has been none for longer than the wait, and
   * each was tried.
   */
  private boolean isAway() {
    return session == null && !oneUntried && System.nanoTime() - awayNanos >= 0;
  }

  private SourceAnswer away() {
    return new SourceAnswer.NoVerdict(DebtReason.APPLIANCE_AWAY, standing.detail());
  }

  /** Says goodbye and ends everything that was started; asks that wait get no verdict. */
  public void stop() throws InterruptedException {
    link.close();
    pending.values().forEach(PendingAsk::away);
  }

  /** What the link tells, on its thread or the session's reader. */
  private final class LinkOwner implements ApplianceLink.Owner, PendingAsk.Hope {
    private boolean choresFailed;

    @Override
    public long untilNanos(long deadlineNanos) {
      return oneUntried ? deadlineNanos : awayNanos;
    }

    @Override
    public void connected(ApplianceAddress appliance, ApplianceSession opened) {
      Message.Welcome welcome = opened.welcome();
      standing = new Standing(Optional.of(appliance), welcome.guest());
      LOG.info(
          "session open appliance={} guest={} software={}",
          appliance,
          welcome.guest(),
          welcome.software());
      listener.connected(appliance, numbered(opened, welcome));
      session = opened;
      opened.askAll(pending.values());
      if (opened.has(Capability.REPORTS)) {
        reports.connected(opened);
      }
    }

    private static Message.Welcome numbered(ApplianceSession opened, Message.Welcome said) {
      return new Message.Welcome(
          said.version(),
          said.capabilities(),
          said.software(),
          said.guest(),
          said.limits(),
          opened.epoch(said.epoch()),
          said.graceSeconds());
    }

    @Override
    public void disconnected(ApplianceAddress appliance, SessionEnd end) {
      awayNanos = System.nanoTime() + settings.awayWait().toNanos();
      oneUntried = true;
      session = null;
      standing = new Standing(Optional.empty(), end.code() + " " + end.detail());
      reports.disconnected();
      listener.disconnected(appliance, standing.detail());
    }

    @Override
    public void nobodyThere(SessionEnd lastTry) {
      standing = new Standing(Optional.empty(), lastTry.code() + " " + lastTry.detail());
      oneUntried = false;
      if (isAway()) {
        pending.values().forEach(PendingAsk::away);
      } else {
        pending.values().forEach(PendingAsk::lookAgain);
      }
    }

    @Override
    public boolean asksWaiting() {
      return !pending.isEmpty();
    }

    @Override
    public void tick(ApplianceSession live) {
      try {
        chores.tick(live);
        choresFailed = false;
      } catch (RuntimeException defect) {
        // Asks matter more than figures and renewals: the session goes on.
        if (!choresFailed) {
          LOG.error("a session's chores failed", defect);
        }
        choresFailed = true;
      }
    }

    @Override
    public @Nullable PendingAsk find(int id) {
      return pending.get(id);
    }

    @Override
    public void sent(int bytes) {
      bytesSent.add(bytes);
    }

    @Override
    public void received(ApplianceSession from, Message message) {
      switch (message) {
        case Message.EpochChanged change ->
            listener.epochChanged(
                new Message.EpochChanged(from.epoch(change.epoch()), change.graceSeconds()));
        case Message.Revoked revoked -> listener.revoked(revoked);
        case Message.PolicyPart part -> listener.policy(part);
        case Message.ScanOrder order -> listener.scanOrdered(order);
        case Message.Reverify reverify -> listener.reverify(reverify);
        case Message.Drain drain -> link.drain(from, drain);
        case Message.ReportsStored(long sequence) -> reports.stored(sequence);
        case Message.Enrolled enrolled -> chores.enrolled(enrolled);
        default ->
            from.end(
                new SessionEnd(
                    Refusal.UNEXPECTED_MESSAGE,
                    false,
                    "unexpected " + message.getClass().getSimpleName()));
      }
    }
  }
}
