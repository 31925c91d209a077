// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.scan;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/** One scan that goes on in the background: what it is to look at and how far it is. */
final class ScanJob {
  /** What was found in one file. */
  record Finding(String kind, String path, String detail) {}

  /** Where it is in its life. */
  enum State {
    /** For its turn. */
    WAITING,
    RUNNING,
    FINISHED,
    /** By somebody; it can be resumed. */
    STOPPED
  }

  /** Findings kept by name; all are counted and reported. */
  static final int MOST_FINDINGS = 1_000;

  /** Paths of one scan. */
  static final int MOST_PATHS = 1_024;

  private final String id;
  private final long order;
  private final boolean crossing;
  private final ReentrantLock lock = new ReentrantLock();
  // Guarded by lock.
  private final List<Path> paths;
  private final List<Finding> findings = new ArrayList<>();
  private State state = State.WAITING;
  private int root;
  private String cursor = "";
  private ScanFigures figures = ScanFigures.NONE;

  /**
   * A new one.
   *
   * @param order the appliance's number for it, 0 for one from here
   * @param crossing whether it looks at filesystems that are mounted below
   */
  ScanJob(String id, long order, boolean crossing, List<Path> paths) {
    this.id = id;
    this.order = order;
    this.crossing = crossing;
    this.paths = new ArrayList<>(paths);
  }

  String id() {
    return id;
  }

  long order() {
    return order;
  }

  boolean crossing() {
    return crossing;
  }

  /** Adds paths that it has not; one that was finished goes on with them. */
  boolean add(List<Path> more) {
    lock.lock();
    try {
      List<Path> fresh = more.stream().filter(path -> !paths.contains(path)).toList();
      if (fresh.isEmpty() || paths.size() + fresh.size() > MOST_PATHS) {
        return false;
      }
      paths.addAll(fresh);
      if (state == State.FINISHED) {
        state = State.WAITING;
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** All there is to be kept. */
  Snapshot snapshot() {
    lock.lock();
    try {
      return new Snapshot(
          id,
          order,
          crossing,
          state,
          List.copyOf(paths),
          root,
          cursor,
          figures,
          List.copyOf(findings));
    } finally {
      lock.unlock();
    }
  }

  /** A scan as it is kept on disk. */
  record Snapshot(
      String id,
      long order,
      boolean crossing,
      State state,
      List<Path> paths,
      int root,
      String cursor,
      ScanFigures figures,
      List<Finding> findings) {
    ScanJob job() {
      ScanJob job = new ScanJob(id, order, crossing, paths);
      job.state = state;
      job.root = root;
      job.cursor = cursor;
      job.figures = figures;
      job.findings.addAll(findings);
      return job;
    }
  }

  State state() {
    lock.lock();
    try {
      return state;
    } finally {
      lock.unlock();
    }
  }

  void state(State next) {
    lock.lock();
    try {
      state = next;
    } finally {
      lock.unlock();
    }
  }

  /** One file is done, and so is everything before it; what came of it is counted with it. */
  void reached(int path, String file, ScanFigures more, Optional<Finding> finding) {
    lock.lock();
    try {
      root = path;
      cursor = file;
      figures = figures.plus(more);
      if (findings.size() < MOST_FINDINGS) {
        finding.ifPresent(findings::add);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Everything below this path is done. */
  void pathDone(int path) {
    reached(path + 1, "", ScanFigures.NONE, Optional.empty());
  }
}
