// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance;

import io.lazaret.appliance.admin.AdminApi;
import io.lazaret.appliance.admin.AdminServer;
import io.lazaret.appliance.admin.AdminToken;
import io.lazaret.appliance.content.Staging;
import io.lazaret.appliance.engine.Engines;
import io.lazaret.appliance.engine.ManagedEngine;
import io.lazaret.appliance.fleet.Policies;
import io.lazaret.appliance.fleet.ScanOrders;
import io.lazaret.appliance.identity.CertificateAuthority;
import io.lazaret.appliance.identity.Enrolment;
import io.lazaret.appliance.identity.EnrolmentTokens;
import io.lazaret.appliance.identity.Guests;
import io.lazaret.appliance.ledger.Event;
import io.lazaret.appliance.ledger.EventKind;
import io.lazaret.appliance.ledger.Ledger;
import io.lazaret.appliance.ledger.VerdictReserve;
import io.lazaret.appliance.metrics.Costs;
import io.lazaret.appliance.metrics.Metric;
import io.lazaret.appliance.metrics.Metrics;
import io.lazaret.appliance.metrics.TenantLabels;
import io.lazaret.appliance.server.Census;
import io.lazaret.appliance.server.GuestFigures;
import io.lazaret.appliance.server.GuestReports;
import io.lazaret.appliance.server.GuestServer;
import io.lazaret.appliance.server.ServiceManager;
import io.lazaret.appliance.server.Sessions;
import io.lazaret.appliance.verdict.LedgerFindings;
import io.lazaret.appliance.verdict.VerdictService;
import io.lazaret.protocol.Message;
import io.lazaret.protocol.tls.TlsIdentity;
import io.lazaret.protocol.tls.netty.ServerTls;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The whole appliance, in the order in which an ask meets its parts, from the last to the first;
 * stopping goes the other way.
 */
public final class Appliance implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Appliance.class);
  private static final String SOFTWARE = "lazaret-appliance/" + version();
  private static final Duration EPOCH_WATCH = Duration.ofMillis(200);
  private static final Duration STOP_TIME = Duration.ofSeconds(30);
  private static final Duration REVERIFY_EVERY = Duration.ofMillis(100);
  private static final Duration SAVE_AGAIN_EVERY = Duration.ofSeconds(2);
  private static final Duration CENSUS_EVERY = Duration.ofSeconds(5);
  private static final Duration ORDERS_EVERY = Duration.ofSeconds(1);

  // Closed from the last to the first.
  private final Deque<AutoCloseable> parts;
  private final ApplianceSettings settings;
  private final Clock clock;
  private final Metrics metrics;
  private final Ledger ledger;
  private final ManagedEngine engine;
  private final Guests guests;
  private final EnrolmentTokens tokens;
  private final VerdictService verdicts;
  private final Sessions sessions;
  private final GuestServer server;
  private final AdminServer admin;
  private final Optional<ServiceManager> manager;
  private final AtomicBoolean closed = new AtomicBoolean();

  private Appliance(ApplianceSettings settings, Clock clock, Deque<AutoCloseable> parts)
      throws IOException {
    this.parts = parts;
    this.settings = settings;
    this.clock = clock;
    metrics = closing(Metrics.withProcessFigures());
    ScheduledExecutorService timer = timer();
    parts.push(timer::shutdownNow);

    // What survives.
    ledger = closing(Ledger.open(settings.state().ledger(), settings.ledger(), metrics, clock));

    VerdictReserve reserve =
        closing(VerdictReserve.open(settings.state().reserve(), VerdictService.UNSAVED_AT_MOST));

    // Who asks.
    CertificateAuthority authority =
        CertificateAuthority.load(settings.identity().authority(), clock);
    guests = Guests.load(ledger, metrics, clock, settings.identity().tenantsShareVerdicts());
    tokens = new EnrolmentTokens(ledger, authority.certificate(), metrics, clock);
    Enrolment enrolment =
        new Enrolment(
            ledger,
            authority,
            guests,
            metrics,
            clock,
            settings.identity().certificateValid(),
            settings.identity().enrolmentsPerMinute());

    // What is asked: the path of an ask, its end first.
    engine = closing(Engines.start(settings.engine(), ledger.epochs()::numberOf, metrics));
    Staging staging = closing(new Staging(settings.staging(), timer, metrics));
    sessions = new Sessions(settings.sessions().probe());
    guests.whenRevoked(sessions::revoke);
    Costs costs = new Costs(clock);
    TenantLabels tenants = new TenantLabels();
    GuestFigures figures = new GuestFigures(metrics, tenants, sessions::isOpen, clock);
    verdicts =
        closing(
            new VerdictService(
                ledger.verdicts(),
                reserve,
                staging,
                engine,
                sessions,
                new LedgerFindings(
                    ledger, sessions, metrics, clock, ServiceSettings.verdicts(settings).grace()),
                ledger.exposures(),
                ServiceSettings.verdicts(settings),
                metrics,
                costs,
                timer,
                clock));
    TlsIdentity identity =
        authority.serverIdentity(
            settings.identity().authority(), settings.listen().guests().host());
    show("authority", authority.certificate());
    show("appliance", identity.certificate());

    // What operators want of those who ask.
    Policies policies =
        Policies.load(
            ledger,
            guests,
            sessions,
            sessions::isOpen,
            metrics,
            clock,
            (int) settings.sessions().outboundBytes() / 2);
    ScanOrders scans =
        ScanOrders.load(
            ledger, guests, sessions, sessions::isOpen, settings.scans(), metrics, clock);

    server =
        closing(
            new GuestServer(
                ServiceSettings.sessions(settings),
                ServerTls.context(identity),
                verdicts,
                sessions,
                guests,
                enrolment,
                new GuestReports(ledger.events(), policies, metrics, figures, clock),
                policies,
                scans,
                metrics,
                SOFTWARE));

    // Who looks after it.
    Census census =
        new Census(
            guests::all, guests::certificateEnds, sessions::live, figures, tenants, metrics, clock);
    AdminApi api =
        new AdminApi(
            ledger,
            guests,
            tokens,
            policies,
            scans,
            metrics,
            clock,
            Optional.of(new Running(sessions, engine, verdicts, figures, costs)));
    admin =
        closing(
            new AdminServer(
                ServiceSettings.admin(settings),
                AdminToken.open(settings.state().adminToken()),
                api,
                metrics,
                Health.checks(
                    engine, ledger, verdicts, closed::get, settings.state().directory())));

    // Who started us.
    manager = ServiceManager.of(System.getenv());
    manager.ifPresent(parts::addLast);
    manager
        .flatMap(ServiceManager::watchdog)
        .ifPresent(period -> every(timer, period.dividedBy(3), this::watchdog));

    every(timer, EPOCH_WATCH, this::watchEpoch);
    every(timer, REVERIFY_EVERY, verdicts::reverify);
    every(timer, SAVE_AGAIN_EVERY, verdicts::saveAgain);
    every(timer, CENSUS_EVERY, census::count);
    every(timer, ORDERS_EVERY, scans::dispatch);
  }

  /**
   * Starts everything; returns when guests can connect, which may be before the engine is ready.
   */
  public static Appliance start(ApplianceSettings settings) throws IOException {
    return start(settings, Clock.systemUTC());
  }

  static Appliance start(ApplianceSettings settings, Clock clock) throws IOException {
    Appliance appliance = make(settings, clock);
    try {
      appliance.admin.start();
      appliance.server.start();
      appliance.note(EventKind.STARTED);
      log.info(
          "appliance started: guests={} admin={}",
          appliance.guestAddress(),
          appliance.adminAddress());
      appliance.manager.ifPresent(m -> m.ready("guests on " + appliance.guestAddress()));
      return appliance;
    } catch (IOException | RuntimeException e) {
      appliance.close();
      throw e;
    }
  }

  /** Makes all parts, or none: what was made before one failed is closed again. */
  private static Appliance make(ApplianceSettings settings, Clock clock) throws IOException {
    Deque<AutoCloseable> parts = new ArrayDeque<>();
    try {
      return new Appliance(settings, clock, parts);
    } catch (IOException | RuntimeException e) {
      parts.forEach(Appliance::close);
      throw e;
    }
  }

  /** Where guests connect. */
  public InetSocketAddress guestAddress() {
    return server.address();
  }

  /** Where operators and Prometheus connect. */
  public InetSocketAddress adminAddress() {
    return admin.address();
  }

  public Metrics metrics() {
    return metrics;
  }

  public Ledger ledger() {
    return ledger;
  }

  public ManagedEngine engine() {
    return engine;
  }

  public Guests guests() {
    return guests;
  }

  public EnrolmentTokens tokens() {
    return tokens;
  }

  public VerdictService verdicts() {
    return verdicts;
  }

  private void show(String name, X509Certificate certificate) {
    double end = certificate.getNotAfter().toInstant().getEpochSecond();
    metrics.gauge(Metric.CERTIFICATE_EXPIRY, () -> end, name);
  }

  /** Takes no more guests, finishes what is in flight within the drain time, and stops. */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    Duration drain = settings.sessions().drain();
    manager.ifPresent(m -> m.stopping(drain.plus(STOP_TIME)));
    server.drain(List.of(), drain);
    try {
      verdicts.drain(drain);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    note(EventKind.STOPPED);
    while (!parts.isEmpty()) {
      close(parts.pop());
    }
    log.info("appliance stopped");
  }

  private static void close(AutoCloseable part) {
    try {
      part.close();
    } catch (Exception e) {
      log.error("not stopped in order: part={}", part.getClass().getSimpleName(), e);
    }
  }

  /** Runs on the timer: an appliance whose timer or whose event loops stand still is silent. */
  private void watchdog() {
    if (server.moves()) {
      manager.ifPresent(ServiceManager::alive);
    }
  }

  private void watchEpoch() {
    long epoch = engine.status().epoch();
    if (verdicts.epochIs(epoch)) {
      log.info("engine state changed: epoch={}", epoch);
      note(EventKind.SIGNATURES_CHANGED);
      sessions.toAll(new Message.EpochChanged(epoch, verdicts.grace().toSeconds()));
    }
  }

  private void note(EventKind kind) {
    ledger
        .events()
        .append(Event.of(clock.instant(), kind, 0, SOFTWARE, "epoch=" + verdicts.epoch()))
        .exceptionally(failure -> {
          log.error("event not stored: kind={}", kind, failure);
          return null;
        });
  }

  private <T extends AutoCloseable> T closing(T part) {
    parts.push(part);
    return part;
  }

  private static ScheduledExecutorService timer() {
    ScheduledThreadPoolExecutor timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("timer-", 0).factory());
    timer.setRemoveOnCancelPolicy(true);
    return Executors.unconfigurableScheduledExecutorService(timer);
  }

  private static void every(ScheduledExecutorService timer, Duration period, Runnable task) {
    var _ =
        timer.scheduleWithFixedDelay(
            () -> {
              try {
                task.run();
              } catch (RuntimeException e) {
                log.error("repeated task failed", e); // and is tried again
              }
            },
            0,
            period.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  private static String version() {
    String version = Appliance.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }
}
