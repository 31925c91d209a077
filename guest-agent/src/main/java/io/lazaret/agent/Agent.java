// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent;

import io.lazaret.agent.client.ApplianceAddress;
import io.lazaret.agent.client.ApplianceListener;
import io.lazaret.agent.client.CurrentIdentity;
import io.lazaret.agent.client.IdentityFile;
import io.lazaret.agent.client.TlsDialler;
import io.lazaret.agent.client.Transport;
import io.lazaret.agent.client.VerdictClient;
import io.lazaret.agent.control.ControlServer;
import io.lazaret.agent.debt.DebtBook;
import io.lazaret.agent.debt.DebtWorker;
import io.lazaret.agent.decision.AccessDecision;
import io.lazaret.agent.decision.ContentThreads;
import io.lazaret.agent.decision.Epochs;
import io.lazaret.agent.decision.LocalVerdicts;
import io.lazaret.agent.decision.VerdictTable;
import io.lazaret.agent.journal.JournalThread;
import io.lazaret.agent.linux.AesGcm;
import io.lazaret.agent.linux.FanotifyFacts;
import io.lazaret.agent.linux.ServiceManager;
import io.lazaret.agent.linux.Sha256;
import io.lazaret.agent.metrics.Counters;
import io.lazaret.agent.metrics.Gauge;
import io.lazaret.agent.metrics.Metric;
import io.lazaret.agent.policy.PolicyKeeper;
import io.lazaret.agent.policy.Precedence;
import io.lazaret.agent.remedy.QuarantineDesk;
import io.lazaret.agent.remedy.Remedy;
import io.lazaret.agent.remedy.Workroom;
import io.lazaret.agent.scan.ChannelFile;
import io.lazaret.agent.scan.DescriptorFile;
import io.lazaret.agent.scan.FileScanner;
import io.lazaret.agent.scan.Pressure;
import io.lazaret.agent.scan.Reverifier;
import io.lazaret.agent.scan.ScanJobs;
import io.lazaret.agent.scan.ScanSettings;
import io.lazaret.agent.scan.ScanTools;
import io.lazaret.agent.scan.SeenFiles;
import io.lazaret.agent.watch.FanotifyWatcher;
import io.lazaret.agent.watch.portable.PortableWatcher;
import io.lazaret.protocol.Access;
import io.lazaret.protocol.Lane;
import io.lazaret.protocol.Message;
import io.lazaret.protocol.Report;
import io.lazaret.protocol.Verdict;
import io.lazaret.protocol.policy.PolicyDocument;
import io.lazaret.protocol.policy.PolicyKey;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The running agent, wired in the order of the path of one open: watcher, decision, client. Read
 * {@link #start()} from top to bottom for the map.
 */
final class Agent {
  /** How long the start waits for an appliance before it guards without one. */
  private static final Duration FIRST_SESSION = Duration.ofSeconds(3);

  private static final Path PRESSURE = Path.of("/proc/pressure");
  private static final Duration SCAN_DEADLINE = Duration.ofMinutes(5);

  private static final Logger LOG = LoggerFactory.getLogger(Agent.class);

  private final AgentSettings settings;
  private final Guarding guarding;
  private final Counters counters;
  private final Sha256 sha256;
  private final VerdictClient client;
  private final Epochs epochs;
  private final VerdictTable memory;
  private final ContentThreads content;
  private final JournalThread journals;
  private final DebtBook debts;
  private final Workroom workroom;
  private final Remedy remedy;
  private final AccessDecision decision;
  private final DebtWorker debtWorker;
  private final ControlServer control;
  private final Reverifier reverifier;
  private final ServiceManager manager;
  private final PolicyKeeper policies;
  private final ScanJobs scans;
  private Optional<SeenFiles> seen = Optional.empty();
  private volatile ScanSettings scanSettings;
  private volatile Optional<FanotifyWatcher> fanotify = Optional.empty();
  private Optional<PortableWatcher> portable = Optional.empty();

  /** Builds everything and starts nothing. */
  Agent(AgentSettings settings) throws IOException {
    this(settings, TlsDialler::new);
  }

  /** The same with another transport, to be measured. */
  Agent(AgentSettings settings, Transport.Maker transport) throws IOException {
    this.settings = settings;
    scanSettings = settings.scan();
    guarding = Guarding.choose(settings.mode(), FanotifyFacts.probe());
    counters = new Counters();
    sha256 = Sha256.fastest();
    AesGcm.preferFastest();
    epochs = new Epochs(System::nanoTime);
    memory = new VerdictTable(settings.decision().memoryEntries(), epochs, counters);
    client =
        VerdictClient.create(
            settings.client(),
            transport,
            new CurrentIdentity(new IdentityFile(settings.identity())),
            Identification.greeting(),
            new Pushes(),
            this::figures);
    content = new ContentThreads(settings.decision().hashThreads(), sha256.digests(), counters);
    journals = new JournalThread();
    debts = new DebtBook(settings.debts(), counters, Clock.systemUTC());
    workroom = new Workroom(settings.remedy().vault());
    remedy =
        new Remedy(
            settings.remedy(),
            workroom,
            memory,
            sha256.digests(),
            this::remedied,
            counters,
            Clock.systemUTC(),
            guarding.blocking());
    policies = new PolicyKeeper(settings.state().resolve("policy"), this::apply, this::policyTold);
    decision =
        new AccessDecision(
            guarding.adapt(settings.decision()),
            memory,
            content,
            client,
            new Reporting(client.reports(), debts, remedy, Clock.systemUTC()),
            counters,
            Clock.systemUTC());
    debtWorker =
        new DebtWorker(
            debts,
            decision,
            () -> client.standing().appliance().isPresent(),
            workroom::call,
            () -> counters.get(Gauge.OPENS_HELD),
            () -> scanSettings,
            new Pressure(PRESSURE),
            this::paid);
    reverifier = new Reverifier(client, sha256.digests(), counters);
    manager = ServiceManager.of(System.getenv());
    ScanTools tools =
        new ScanTools(
            decision,
            seen(settings.state()),
            sha256.digests(),
            counters,
            linux() ? DescriptorFile::open : ChannelFile::open,
            () -> scanSettings,
            linux(),
            PRESSURE,
            () -> client.standing().appliance().isPresent());
    scans = new ScanJobs(settings.state().resolve("scans"), tools, client::tell);
    QuarantineDesk desk = new QuarantineDesk(workroom, client, sha256.digests());
    control =
        new ControlServer(
            settings.controlSocket(),
            this::status,
            this::scanner,
            Map.of(QuarantineDesk.NAME, desk::ask, ScanDesk.NAME, new ScanDesk(scans)::ask));
  }

  private static boolean linux() {
    return System.getProperty("os.name", "").equals("Linux");
  }

  /** Where scans remember what they found: on disk, or where that fails with everything else. */
  private LocalVerdicts seen(Path state) {
    try {
      SeenFiles files =
          new SeenFiles(
              StateFolder.open(state).file("seen"),
              memory,
              sha256.digests(),
              epochs::present,
              () -> client.standing().appliance().map(Object::toString).orElse(""));
      seen = Optional.of(files);
      return files;
    } catch (IOException | RuntimeException failed) {
      LOG.error("scans remember nothing folder={} detail={}", state, Causes.sentence(failed));
      return memory;
    }
  }

  /** Connects or tries to, and only then guards. */
  void start() throws IOException, InterruptedException {
    keepState();
    remedy.start();
    policies.start();
    client.start();
    scans.start();
    if (!client.awaitConnected(FIRST_SESSION)) {
      LOG.warn("no appliance yet detail={}", client.standing().detail());
    }
    if (settings.watch().filesystems().none()) {
      LOG.error("NOTHING IS GUARDED: filesystems is empty (expected: mount points or auto)");
    } else if (guarding.blocking()) {
      FanotifyWatcher watcher =
          FanotifyWatcher.start(settings.watch(), decision, manager::alive, counters);
      fanotify = Optional.of(watcher);
      // Verdicts may have been revoked while nobody knew the watcher yet.
      watcher.forgetIgnored();
    } else {
      LOG.error(
          "NOTHING IS BLOCKED: notify mode, infected files are only reported reason={}",
          guarding.reason());
      portable =
          Optional.of(
              PortableWatcher.start(
                  NotifyRoots.of(settings.watch().filesystems()),
                  settings.watchedFolders(),
                  settings.watch().writtenQueue(),
                  decision,
                  counters));
    }
    new SpareMemory(counters).start();
    debtWorker.start();
    manager.ready();
    if (fanotify.isEmpty() && manager.present()) {
      Thread.ofVirtual().name("alive").start(this::tellAlive);
    }
  }

  /** Where nothing is held, nothing that hangs does harm: it lives while it runs. */
  private void tellAlive() {
    try {
      while (true) {
        manager.alive();
        TimeUnit.SECONDS.sleep(1);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Who wrote the log has to say how much of it was lost. */
  void logsTo(LogOutput log) {
    counters.gauge(Gauge.LOG_BYTES_DROPPED, log::dropped);
  }

  /** Where what is guarded is mounted. */
  List<String> filesystems() {
    return fanotify.isPresent()
        ? fanotify.get().guarded()
        : portable.isPresent()
            ? NotifyRoots.of(settings.watch().filesystems()).stream().map(Path::toString).toList()
            : List.of();
  }

  /** What cannot be kept on disk is kept in memory: that is no reason to guard nothing. */
  private void keepState() {
    try {
      StateFolder state = StateFolder.open(settings.state());
      debts.keepIn(state.file("debts.journal"), journals);
      client.reports().keepIn(state.file("reports.journal"), journals, counters);
    } catch (IOException | RuntimeException failed) {
      counters.count(Metric.JOURNAL_FAILURES);
      LOG.error(
          "debts and reports will not survive this agent folder={} detail={}",
          settings.state(),
          Causes.sentence(failed));
    }
  }

  private void remedied(Access access, Verdict.Infected verdict, Report.Action action) {
    client
        .reports()
        .offer(new Report.Detection(Clock.systemUTC().instant(), access, verdict, action));
  }

  private void paid(Access access, Verdict verdict) {
    client.reports().offer(new Report.DebtPaid(Clock.systemUTC().instant(), access, verdict));
  }

  /**
   * Serves the command line until opens are no longer held, which but for {@link #stop} never is.
   */
  void awaitEnd() {
    fanotify.ifPresent(watcher -> watcher.whenEnded(this::takeNoMoreCommands));
    control.serve();
  }

  private void takeNoMoreCommands() {
    try {
      control.stop();
    } catch (IOException e) {
      LOG.error("control socket is left behind", e);
    }
  }

  /** Lets everything go in the opposite order: no open is held when the appliance is left. */
  void stop() throws IOException, InterruptedException {
    manager.stopping();
    if (fanotify.isPresent()) {
      fanotify.get().close();
    }
    if (portable.isPresent()) {
      portable.get().close();
    }
    control.stop();
    scans.stop();
    debtWorker.stop();
    reverifier.stop();
    client.stop();
    content.close();
    workroom.close();
    debts.close();
    client.reports().close();
    journals.close();
    if (seen.isPresent()) {
      seen.get().close();
    }
  }

  Guarding guarding() {
    return guarding;
  }

  VerdictClient.Standing standing() {
    return client.standing();
  }

  /** Puts a policy in force: from the next access on. */
  private void apply(PolicyDocument policy) {
    Precedence counts = new Precedence(policy, settings.own());
    for (PolicyKey key : PolicyKey.values()) {
      if (counts.overrides(key)) {
        LOG.warn("own setting does not count, the policy locks it key={}", key.text());
      }
    }
    decision.settings(guarding.adapt(UnderPolicy.decision(settings.decision(), counts)));
    remedy.settings(UnderPolicy.remedy(settings.remedy(), counts));
    scanSettings = UnderPolicy.scan(settings.scan(), counts);
  }

  private void policyTold(long version, boolean inForce, String detail) {
    Instant now = Clock.systemUTC().instant();
    client.reports().offer(new Report.PolicyResult(now, version, inForce, detail));
  }

  private Map<Report.Figure, Long> figures() {
    return Figures.of(counters, client, guarding, policies);
  }

  private Map<String, List<String>> status() {
    Precedence counts = new Precedence(policies.inForce().document(), settings.own());
    return AgentStatus.of(
        filesystems(), guarding, client, epochs, policies, counts, counters, debts);
  }

  private FileScanner scanner() {
    return new FileScanner(
        client,
        sha256.digests(),
        settings.decision().hashThreads(),
        settings.decision().longestContent(),
        SCAN_DEADLINE,
        () -> scanSettings,
        Lane.ON_DEMAND);
  }

  /** What the appliance says unasked, and who has to know. */
  private final class Pushes implements ApplianceListener {
    // Written and read on the link's thread only.
    private long heardNanos;
    private boolean everHeard;

    @Override
    public void connected(ApplianceAddress appliance, Message.Welcome welcome) {
      // A change that was missed may have come right after the session's end.
      long away = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - heardNanos);
      memory.epochChanged(
          welcome.epoch(), everHeard ? Math.max(0, welcome.graceSeconds() - away) : 0);
      everHeard = true;
      // Which policy is in force is to be seen at once.
      client.reports().offer(new Report.Figures(Clock.systemUTC().instant(), figures()));
    }

    @Override
    public void disconnected(ApplianceAddress appliance, String why) {
      heardNanos = System.nanoTime();
      LOG.warn("session ended appliance={} detail={}", appliance, why);
    }

    @Override
    public void epochChanged(Message.EpochChanged change) {
      memory.epochChanged(change.epoch(), change.graceSeconds());
    }

    @Override
    public void revoked(Message.Revoked revoked) {
      LOG.info("verdicts revoked contents={}", revoked.revocations().size());
      memory.revoked(revoked.revocations());
      seen.ifPresent(files -> files.revoked(revoked.revocations()));
      fanotify.ifPresent(FanotifyWatcher::forgetIgnored);
    }

    @Override
    public void policy(Message.PolicyPart part) {
      policies.part(part);
    }

    @Override
    public void scanOrdered(Message.ScanOrder order) {
      scans.order(order);
    }

    @Override
    public void reverify(Message.Reverify reverify) {
      reverifier.reverify(reverify.content(), reverify.path());
    }
  }
}
