// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.scan;

import io.lazaret.agent.decision.AccessDecision;
import io.lazaret.agent.decision.Decision;
import io.lazaret.agent.decision.Decision.Why;
import io.lazaret.protocol.Verdict;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * One job from where it stopped to its end: many files at a time, so that the client asks in
 * batches. The job's place moves on only behind files that are done with all before them.
 */
final class ScanRun {
  /** Files at the same time; each holds a descriptor. */
  static final int IN_FLIGHT = 32;

  /** Files begun that are not counted yet: done, but not all before them. */
  private static final int MOST_STEPS = 4_096;

  private static final Duration DEADLINE = Duration.ofMinutes(5);
  private static final int TRIES = 20;
  private static final long TRY_AGAIN_MILLIS = 3_000;

  /** What came of one file. */
  private record Outcome(ScanFigures figures, Optional<ScanJob.Finding> finding) {
    static Outcome of(ScanFigures figures) {
      return new Outcome(figures, Optional.empty());
    }

    static Outcome of(ScanFigures figures, String kind, String path, String detail) {
      return new Outcome(figures, Optional.of(new ScanJob.Finding(kind, path, detail)));
    }

    static Outcome notScanned(String path, String why) {
      return of(new ScanFigures(1, 0, 0, 0, 0, 0, 0, 1), "not scanned", path, why);
    }
  }

  /** A file under way; guarded by the run. */
  private static final class Step {
    private final int root;
    private final String path;
    private Optional<Outcome> outcome = Optional.empty();

    Step(int root, String path) {
      this.root = root;
      this.path = path;
    }
  }

  private final ScanJob job;
  private final AccessDecision decision;
  private final ScannedFile.Opener opener;
  private final Pace pace;
  private final BooleanSupplier connected;
  private final Semaphore places = new Semaphore(IN_FLIGHT);
  private final Deque<Step> steps = new ArrayDeque<>();
  private volatile boolean stopping;

  /**
   * Not begun.
   *
   * @param decision of a scan: reads on its own threads, remembers on disk
   * @param connected whether an appliance is there; while none is, the run waits
   */
  ScanRun(
      ScanJob job,
      AccessDecision decision,
      ScannedFile.Opener opener,
      Pace pace,
      BooleanSupplier connected) {
    this.job = job;
    this.decision = decision;
    this.opener = opener;
    this.pace = pace;
    this.connected = connected;
  }

  /** Runs to the end or until it is stopped; false when it was stopped. */
  boolean run() throws InterruptedException {
    ScanJob.Snapshot from = job.snapshot();
    List<Path> paths = from.paths();
    boolean toTheEnd = true;
    for (int root = from.root(); root < paths.size() && toTheEnd; root++) {
      int at = root;
      String after = root == from.root() ? from.cursor() : "";
      toTheEnd =
          ScanWalk.walk(
              paths.get(root),
              after,
              job.crossing(),
              new ScanWalk.Sink() {
                @Override
                public boolean file(Path file, long bytes) throws InterruptedException {
                  return begin(at, file, bytes);
                }

                @Override
                public void unreadable(Path path, String why) throws InterruptedException {
                  String name = path.toString();
                  Step step = add(at, name);
                  settle(step, Optional.of(Outcome.notScanned(name, why)));
                }
              });
      awaitAll();
      if (toTheEnd) {
        job.pathDone(root);
      }
    }
    return toTheEnd && !stopping;
  }

  /** Begins no more files; those under way are finished. */
  void stop() {
    stopping = true;
    pace.end();
  }

  private void awaitAll() throws InterruptedException {
    places.acquire(IN_FLIGHT);
    places.release(IN_FLIGHT);
  }

  private boolean begin(int root, Path file, long bytes) throws InterruptedException {
    while (!connected.getAsBoolean() && !stopping) {
      TimeUnit.MILLISECONDS.sleep(200);
    }
    pace.await(bytes);
    if (stopping) {
      return false;
    }
    places.acquire();
    Step step = add(root, file.toString());
    Thread.ofVirtual().name("scan-file").start(() -> look(step, file));
    return true;
  }

  /** Waits while a slow file has too many behind it that are done. */
  private synchronized Step add(int root, String path) throws InterruptedException {
    while (steps.size() >= MOST_STEPS) {
      wait();
    }
    Step step = new Step(root, path);
    steps.addLast(step);
    return step;
  }

  private synchronized void settle(Step step, Optional<Outcome> outcome) {
    step.outcome = outcome;
    while (!steps.isEmpty() && steps.getFirst().outcome.isPresent()) {
      Step first = steps.removeFirst();
      Outcome came = first.outcome.get();
      job.reached(first.root, first.path, came.figures(), came.finding());
    }
    notifyAll();
  }

  private void look(Step step, Path file) {
    Optional<Outcome> outcome = Optional.empty();
    try {
      outcome = judge(file);
    } catch (IOException | RuntimeException unreadable) {
      String why = String.valueOf(unreadable.getMessage());
      outcome = Optional.of(Outcome.notScanned(step.path, why));
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    } finally {
      settle(step, outcome);
      places.release();
    }
  }

  /** None when the run was stopped before there was a verdict: it is looked at again then. */
  private Optional<Outcome> judge(Path file) throws IOException, InterruptedException {
    for (int i = 0; i < TRIES; i++) {
      try (ScannedFile opened = opener.open(file, System.nanoTime() + DEADLINE.toNanos())) {
        Optional<Decision> known = decision.atOnce(opened);
        Decision decided = known.isPresent() ? known.get() : decision.decide(opened);
        if (!mayBeBetterLater(decided.why())) {
          decision.answered(opened, decided);
          return Optional.of(outcome(opened, decided, known.isPresent()));
        }
      }
      if (stopping) {
        return Optional.empty();
      }
      TimeUnit.MILLISECONDS.sleep(TRY_AGAIN_MILLIS);
    }
    return Optional.of(Outcome.notScanned(file.toString(), "no verdict from the appliance"));
  }

  private static boolean mayBeBetterLater(Why why) {
    return switch (why) {
      case APPLIANCE_AWAY, BUSY, ENGINE, STARTING, DEADLINE, OVERLOAD -> true;
      case OWN,
          EXCLUDED,
          NOTHING_TO_SCAN,
          CLEAN,
          INFECTED,
          INCOMPLETE,
          TOO_LARGE,
          UNREADABLE,
          STOPPING ->
          false;
    };
  }

  private static Outcome outcome(ScannedFile file, Decision decided, boolean fromMemory) {
    long bytes = file.identity().size();
    return switch (decided.why()) {
      case EXCLUDED -> Outcome.of(new ScanFigures(1, 0, 0, 0, 0, 0, 1, 0));
      case INFECTED -> {
        String threat =
            decided
                .known()
                .map(known -> known.verdict() instanceof Verdict.Infected it ? it.threat() : "")
                .orElse("");
        ScanFigures one = new ScanFigures(1, bytes, 0, 0, 1, 0, 0, 0);
        yield Outcome.of(one, "infected", file.path(), threat);
      }
      case INCOMPLETE ->
          Outcome.of(new ScanFigures(1, bytes, 0, 0, 0, 1, 0, 0), "incomplete", file.path(), "");
      case CLEAN, NOTHING_TO_SCAN ->
          Outcome.of(new ScanFigures(1, bytes, 1, fromMemory ? 1 : 0, 0, 0, 0, 0));
      case TOO_LARGE -> Outcome.notScanned(file.path(), "larger than the limit");
      default -> Outcome.notScanned(file.path(), decided.why().name());
    };
  }
}
