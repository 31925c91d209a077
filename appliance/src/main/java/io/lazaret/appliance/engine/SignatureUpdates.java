// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import io.lazaret.appliance.metrics.Metric;
import io.lazaret.appliance.metrics.Metrics;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the signature directory and changes what the engine has loaded: a new set is loaded by a
 * second clamd first, and only a set that loads there replaces the live one. One thread does all of
 * it.
 */
final class SignatureUpdates implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(SignatureUpdates.class);
  private static final String CHECKER = "clamd-check";

  private final SignatureSource source;
  private final EngineSettings.Limits limits;
  private final EngineSettings.Care care;
  private final ClamdHome home;
  private final Canary canary;
  private final SignatureSets sets;
  private final Epochs epochs;
  private final Probes probes;
  private final ManagedClamd clamd;
  private final Metrics metrics;
  private final RejectedSets rejected;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final LinkedBlockingQueue<Wish> wishes = new LinkedBlockingQueue<>(100);
  private final Thread thread;
  private volatile Optional<SignatureSet> live = Optional.empty();
  private volatile String problem = "";
  private volatile boolean changing;

  /** What the source looked like when it was last dealt with, and when it was last seen. */
  private @Nullable Map<String, SignatureSource.Stamp> done;

  private @Nullable Map<String, SignatureSource.Stamp> seen;

  private record Wish(boolean rollback, CompletableFuture<SignatureChange> result) {}

  SignatureUpdates(
      EngineSettings.Managed settings,
      EngineSettings.Limits limits,
      EngineSettings.Care care,
      ClamdHome home,
      Canary canary,
      Epochs epochs,
      Probes probes,
      ManagedClamd clamd,
      Metrics metrics)
      throws IOException {
    this.source = new SignatureSource(settings.signatures());
    this.limits = limits;
    this.care = care;
    this.home = home;
    this.canary = canary;
    this.sets = new SignatureSets(home.directory(), canary);
    this.epochs = epochs;
    this.probes = probes;
    this.clamd = clamd;
    this.metrics = metrics;
    this.rejected = new RejectedSets(home.directory().resolve("rejected"));
    metrics.gauge(Metric.SIGNATURES_HELD_BACK, () -> problem.isEmpty() ? 0 : 1);
    this.thread = Thread.ofPlatform().daemon().name("signatures").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  Optional<SignatureSet> live() {
    return live;
  }

  /** Whether the engine may lawfully answer under another generation than the live one. */
  boolean changing() {
    return changing;
  }

  /** Why the newest files are not in use; empty when they are. */
  String problem() {
    return problem;
  }

  CompletableFuture<SignatureChange> reload() {
    return wish(false);
  }

  CompletableFuture<SignatureChange> rollback() {
    return wish(true);
  }

  /** The set that is to be loaded; at first a copy of the source. */
  synchronized Optional<SignatureSet> ensureLive() throws IOException {
    Optional<SignatureSet> found = sets.live();
    if (found.isEmpty() && !source.look().isEmpty()) {
      found = sets.copyOf(source);
      if (found.isPresent()) {
        sets.activate(found.get());
        sets.prune();
      }
    }
    found.ifPresent(set -> epochs.know(set.generation(), set.fingerprint()));
    live = found;
    return found;
  }

  /** The live set did not load: what has never worked is not kept. */
  synchronized void refused() throws IOException {
    Optional<SignatureSet> bad = sets.live();
    Optional<SignatureSet> good = sets.previous();
    if (bad.isPresent() && good.isPresent() && good.get().generation() != bad.get().generation()) {
      log.warn(
          "The live signatures do not load; the previous ones are taken. bad={} good={}",
          bad.get().generation(),
          good.get().generation());
      problem = "signatures do not load; those before them are in use";
      rejected.add(bad.get().fingerprint(), problem);
      metrics.count(Metric.SIGNATURE_CHANGES, "rejected");
      sets.activate(good.get());
      live = good; // or the watch would take the bad files for those in use, and be content
    } else if (bad.isPresent() && !source.look().equals(done)) {
      done = source.look();
      Optional<SignatureSet> fresh = sets.copyOf(source);
      if (fresh.isPresent() && !source.look().isEmpty()) {
        sets.activate(fresh.get());
      }
    }
  }

  @Override
  public void close() {
    closing.countDown();
    thread.interrupt();
    try {
      thread.join(care.stopGrace().plusSeconds(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private CompletableFuture<SignatureChange> wish(boolean rollback) {
    Wish wish = new Wish(rollback, new CompletableFuture<>());
    if (closing.getCount() == 0 || !wishes.offer(wish)) {
      wish.result().complete(new SignatureChange.Rejected("too busy or closed"));
    }
    return wish.result();
  }

  private void run() {
    try {
      while (closing.getCount() > 0) {
        Wish wish = wishes.poll(care.signaturesEvery().toMillis(), TimeUnit.MILLISECONDS);
        SignatureChange change = attempt(wish);
        if (wish != null) {
          wish.result().complete(change);
        }
      }
    } catch (InterruptedException e) {
      log.debug("The watch over the signatures ends.");
    }
    for (Wish wish = wishes.poll(); wish != null; wish = wishes.poll()) {
      wish.result().complete(new SignatureChange.Rejected("the engine is closed"));
    }
  }

  private SignatureChange attempt(@Nullable Wish wish) throws InterruptedException {
    try {
      return wish != null && wish.rollback() ? back() : update(wish != null);
    } catch (IOException | RuntimeException e) {
      log.warn("New signatures could not be taken. detail={}", e.toString());
      problem = "signatures: " + e;
      return new SignatureChange.Rejected(problem);
    }
  }

  private SignatureChange update(boolean wished) throws IOException, InterruptedException {
    Map<String, SignatureSource.Stamp> now = source.look();
    boolean calm = now.equals(seen);
    seen = now;
    if (now.isEmpty()) {
      problem = live.isPresent() ? source + ": no signatures; the last good ones are in use" : "";
      return new SignatureChange.Rejected(source + ": no signatures");
    }
    if (live.isEmpty() || (!wished && (!calm || now.equals(done)))) {
      return new SignatureChange.Unchanged();
    }
    Optional<SignatureSet> copy;
    synchronized (this) {
      copy = sets.copyOf(source);
    }
    if (copy.isEmpty()) {
      return new SignatureChange.Rejected("the files changed while they were read");
    }
    SignatureSet candidate = copy.get();
    done = now;
    if (candidate.fingerprint().equals(live.get().fingerprint())) {
      Trees.delete(candidate.directory());
      problem = "";
      return new SignatureChange.Unchanged();
    }
    Optional<String> reason = rejected.reason(candidate.fingerprint());
    if (reason.isPresent() && !wished) {
      Trees.delete(candidate.directory());
      problem = reason.get();
      return new SignatureChange.Rejected(problem);
    }
    return apply(candidate, "applied");
  }

  private SignatureChange back() throws IOException, InterruptedException {
    Optional<SignatureSet> old = sets.previous();
    if (old.isEmpty() || live.isEmpty()) {
      return new SignatureChange.Rejected("there are no earlier signatures");
    }
    String left = live.get().fingerprint();
    SignatureSet candidate = sets.again(old.get());
    SignatureChange change = apply(candidate, "rolled_back");
    if (change instanceof SignatureChange.Applied) {
      problem = "rolled back; newer signatures are kept out until they change";
      rejected.add(left, problem);
    }
    return change;
  }

  private SignatureChange apply(SignatureSet candidate, String result)
      throws IOException, InterruptedException {
    String trouble = check(candidate);
    if (!trouble.isEmpty()) {
      log.warn("New signatures do not load and are kept out. source={} detail={}", source, trouble);
      problem = "new signatures do not load: " + trouble;
      rejected.add(candidate.fingerprint(), problem);
      metrics.count(Metric.SIGNATURE_CHANGES, "rejected");
      Trees.delete(candidate.directory());
      return new SignatureChange.Rejected(problem);
    }
    epochs.know(candidate.generation(), candidate.fingerprint());
    // From here on the engine may answer under either generation, also when it is started again.
    changing = true;
    epochs.unsettle();
    synchronized (this) {
      sets.activate(candidate);
      live = Optional.of(candidate);
    }
    try {
      Clamd.Run run = clamd.run();
      if (run == null || !reloaded(run, candidate.generation())) {
        clamd.restart("reload");
      }
    } finally {
      changing = false;
    }
    synchronized (this) {
      sets.prune();
    }
    problem = "";
    rejected.remove(candidate.fingerprint());
    metrics.count(Metric.SIGNATURE_CHANGES, result);
    log.info("New signatures are in use. generation={}", candidate.generation());
    return new SignatureChange.Applied(candidate.generation());
  }

  /** Whether the engine that is running names the new generation in time. */
  private boolean reloaded(Clamd.Run run, long generation) throws InterruptedException {
    try {
      run.scanner().reload();
      long until = System.nanoTime() + care.startTime().toNanos();
      while (System.nanoTime() - until < 0 && run.equals(clamd.run())) {
        switch (probes.canary(run.scanner(), canary)) {
          case Canary.Reading.Generation(long number) when number == generation -> {
            epochs.settle(run.number(), probes.version(run.scanner()), generation);
            return true;
          }
          case Canary.Reading.Lost(String detail) -> {
            log.warn("The engine was lost while it reloaded. detail={}", detail);
            return false;
          }
          case Canary.Reading.Generation old -> log.debug("Still the old signatures. {}", old);
          case Canary.Reading.Wrong wrong -> log.debug("No canary. {}", wrong);
        }
        if (closing.await(Duration.ofMillis(50).toMillis(), TimeUnit.MILLISECONDS)) {
          return true;
        }
      }
    } catch (Scanner.EngineException e) {
      log.warn("The engine does not reload. detail={}", e.getMessage());
    }
    return false;
  }

  /** Loads the set in a process of its own; empty when that engine works. */
  private String check(SignatureSet candidate) throws IOException, InterruptedException {
    try (ClamdProcess process =
        ClamdProcess.start(
            home,
            limits,
            CHECKER,
            home.directory().relativize(candidate.directory()).toString(),
            0)) {
      Scanner scanner = ManagedClamd.awaitAnswer(process, limits, care, probes, closing);
      if (scanner == null) {
        return process.problem().isEmpty() ? "no answer in time" : process.problem();
      }
      SelfTest.Outcome outcome = probes.trial(scanner, canary);
      if (!process.holdsPort()) {
        return "it ended during the self-test";
      }
      return outcome.problem().isEmpty() && outcome.generation() != candidate.generation()
          ? "the canary names generation " + outcome.generation()
          : outcome.problem();
    }
  }
}
