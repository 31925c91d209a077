// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.client;

import io.lazaret.protocol.Message;
import io.lazaret.protocol.Refusal;
import io.lazaret.protocol.codec.Negotiation;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one session open to one of the appliances: the first of the list that takes it, the next
 * one when that is lost. One thread runs it and ticks the session while it lasts.
 */
final class ApplianceLink {
  /** Who is told. */
  interface Owner extends ApplianceSession.Owner {
    void connected(ApplianceAddress appliance, ApplianceSession session);

    void disconnected(ApplianceAddress appliance, SessionEnd end);

    /** Every appliance was tried since the last session, none took us. */
    void nobodyThere(SessionEnd lastTry);

    /** Whether an ask waits for its answer. */
    boolean asksWaiting();

    /** A tick of a live session, for whatever is done now and then. */
    void tick(ApplianceSession session);
  }

  /** A session to be left, and when. */
  private record Leaving(ApplianceSession session, long nanos) {}

  static final int TICK_MILLIS = 250;

  /** So long after a session was lost, a refused second session is that lost one of our own. */
  private static final Duration OWN_SHADOW = Duration.ofMinutes(2);

  private static final SessionEnd STOPPING =
      new SessionEnd(Refusal.SHUTTING_DOWN, false, "this agent stops");
  private static final Logger LOG = LoggerFactory.getLogger(ApplianceLink.class);

  private final Transport.Dialler dialler;
  private final Greeting greeting;
  private final Owner owner;
  private final RandomGenerator random;
  private final Targets targets;
  private final Homecoming homecoming;
  private final ApplianceEpochs epochs = new ApplianceEpochs();
  private final AtomicReference<@Nullable Transport> dialled = new AtomicReference<>();
  private final AtomicReference<@Nullable ApplianceSession> session = new AtomicReference<>();
  private final AtomicReference<@Nullable Leaving> leaving = new AtomicReference<>();
  private final Thread thread =
      Thread.ofPlatform().name("lazaret-link").daemon().unstarted(this::run);
  private volatile boolean closed;
  private volatile boolean resting;
  private long lostNanos = System.nanoTime() - OWN_SHADOW.toNanos();
  private String lastLogged = "";

  ApplianceLink(
      ClientSettings settings,
      Transport.Dialler dialler,
      Greeting greeting,
      Owner owner,
      RandomGenerator random) {
    this.dialler = dialler;
    this.greeting = greeting;
    this.owner = owner;
    this.random = random;
    this.targets = new Targets(settings.appliances(), settings.order(), random);
    this.homecoming = new Homecoming(dialler, settings.returnAfter(), random);
  }

  void start() {
    thread.start();
  }

  /** Says goodbye and waits for the end of everything the link started. */
  void close() throws InterruptedException {
    closed = true;
    targets.close();
    ApplianceSession open = session.get();
    if (open != null) {
      open.send(new Message.Goodbye(Refusal.SHUTTING_DOWN, "the agent stops"));
      var _ = open.awaitEnd(500);
      open.end(STOPPING);
    }
    dialler.cancel();
    Transport ungreeted = dialled.get();
    if (ungreeted != null) {
      ungreeted.close();
    }
    // Not interrupted: it still waits for the session's threads.
    thread.join();
  }

  /** Leaves for one of these appliances, at a moment of its own within half of the time given. */
  void drain(ApplianceSession from, Message.Drain drain) {
    try {
      targets.prefer(drain.appliances().stream().map(ApplianceAddress::parse).toList());
    } catch (IllegalArgumentException notAnAddress) {
      LOG.warn("drain names no appliance detail={}", notAnAddress.getMessage());
    }
    int wait = random.nextInt(Math.max(1, drain.withinMillis() / 2));
    leaving.set(new Leaving(from, System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(wait)));
    hurry();
  }

  /** Somebody asks: from now on every tick counts. */
  void hurry() {
    if (resting) {
      resting = false;
      ApplianceSession open = session.get();
      if (open != null) {
        open.stir();
      }
    }
  }

  private void run() {
    try {
      Targets.Target target = targets.next();
      while (target != null) {
        tryOne(target);
        target = targets.next();
      }
    } catch (InterruptedException stopped) {
      if (!closed) {
        LOG.error("the link was interrupted: no appliance will be asked any more");
      }
    }
  }

  private void tryOne(Targets.Target target) throws InterruptedException {
    long since = System.nanoTime();
    SessionEnd end;
    try (Transport transport = dialler.dial(target.address)) {
      dialled.set(transport);
      end = closed ? STOPPING : converse(target.address, transport);
    } catch (IOException unreachable) {
      end = new SessionEnd(Refusal.TLS_FAILED, false, String.valueOf(unreachable));
    } catch (RuntimeException | Error defect) {
      // The link goes on whatever happens: nobody else would ever connect again.
      LOG.error("a session failed appliance={}", target.address, defect);
      end = internal(defect);
    } finally {
      dialled.set(null);
    }
    boolean ownShadow =
        end.code() == Refusal.DUPLICATE_SESSION
            && System.nanoTime() - lostNanos < OWN_SHADOW.toNanos();
    Duration lasted = Duration.ofNanos(System.nanoTime() - since);
    if (!closed) {
      log(target.address, end, end.needsHelp() && !ownShadow);
    }
    if (targets.failed(target, lasted, end.needsHelp() && !ownShadow)) {
      owner.nobodyThere(end);
    }
  }

  private SessionEnd converse(ApplianceAddress appliance, Transport transport)
      throws IOException, InterruptedException {
    Message.Hello hello = greeting.hello();
    transport.write(hello);
    transport.flush();
    return switch (transport.read()) {
      case Message.Welcome welcome ->
          switch (Negotiation.of(hello, welcome)) {
            case Negotiation.Agreed agreed ->
                serve(
                    appliance,
                    new ApplianceSession(
                        transport,
                        agreed,
                        welcome,
                        owner,
                        numbers(appliance, transport),
                        TICK_MILLIS));
            case Negotiation.NoCommonVersion(String detail) ->
                new SessionEnd(Refusal.UNSUPPORTED_VERSION, true, detail);
          };
      case Message.Goodbye goodbye -> new SessionEnd(goodbye.code(), true, goodbye.detail());
      default -> new SessionEnd(Refusal.UNEXPECTED_MESSAGE, false, "no Welcome came");
    };
  }

  /** Two appliances may share a key, and one address may lead to two. */
  private ApplianceSession.EpochNumbers numbers(ApplianceAddress at, Transport transport) {
    String appliance = at + " " + transport.peer();
    return said -> epochs.number(appliance, said);
  }

  private SessionEnd serve(ApplianceAddress appliance, ApplianceSession opened)
      throws InterruptedException {
    SessionEnd last = STOPPING;
    long since = System.nanoTime();
    session.set(opened);
    homecoming.begin(targets.before(appliance));
    try {
      targets.connected();
      opened.start();
      owner.connected(appliance, opened);
      lastLogged = "";
      SessionEnd end = closed ? STOPPING : null;
      while (end == null) {
        end = rests(opened) ? awaitResting(opened) : awaitTick(opened);
      }
      last = end;
      return end;
    } catch (RuntimeException | Error defect) {
      last = internal(defect);
      throw defect;
    } finally {
      try {
        owner.disconnected(appliance, last);
      } finally {
        opened.end(last);
        session.set(null);
        homecoming.end(Duration.ofNanos(System.nanoTime() - since));
        lostNanos = System.nanoTime();
        opened.join();
      }
    }
  }

  private static SessionEnd internal(Throwable defect) {
    return new SessionEnd(Refusal.INTERNAL, false, String.valueOf(defect));
  }

  private @Nullable SessionEnd awaitTick(ApplianceSession opened) throws InterruptedException {
    SessionEnd end = opened.awaitEnd(TICK_MILLIS);
    if (end == null) {
      opened.tick(owner.asksWaiting());
      tick(opened);
    }
    return end;
  }

  private @Nullable SessionEnd awaitResting(ApplianceSession opened) throws InterruptedException {
    long began = System.nanoTime();
    SessionEnd end = opened.awaitEnd(TICK_MILLIS * opened.restTicks());
    resting = false;
    if (end == null) {
      // A guest that was paused meanwhile has not seen more of them.
      long ticks = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began) / TICK_MILLIS;
      opened.rested((int) Math.min(opened.restTicks(), ticks));
      tick(opened);
    }
    return end;
  }

  private boolean rests(ApplianceSession opened) {
    resting = true;
    // Looked at after it is said: who asks meanwhile has either been seen, or sees it.
    resting = !owner.asksWaiting() && !isLeaving(opened);
    return resting;
  }

  private boolean isLeaving(ApplianceSession opened) {
    Leaving due = leaving.get();
    return due != null && due.session() == opened;
  }

  private void tick(ApplianceSession opened) {
    owner.tick(opened);
    Leaving due = leaving.get();
    if (due != null && due.session() == opened && System.nanoTime() - due.nanos() > 0) {
      opened.end(new SessionEnd(Refusal.SHUTTING_DOWN, false, "sent to another appliance"));
    }
    ApplianceAddress back = homecoming.tick();
    if (back != null) {
      targets.atOnce(back);
      opened.end(new SessionEnd(Refusal.SHUTTING_DOWN, false, "back to " + back));
    }
  }

  /** Says each cause once, until a session was open again. */
  private void log(ApplianceAddress appliance, SessionEnd end, boolean needsHelp) {
    String cause = appliance + " " + end.code() + " " + end.detail();
    if (cause.equals(lastLogged)) {
      return;
    }
    lastLogged = cause;
    if (needsHelp) {
      LOG.error(
          "the appliance refuses this guest: somebody has to act appliance={} code={} detail={}",
          appliance,
          end.code(),
          end.detail());
    } else {
      LOG.warn(
          "no session with the appliance appliance={} code={} detail={}",
          appliance,
          end.code(),
          end.detail());
    }
  }
}
