// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

/**
 * Whether scans may go to the engine now. Its owner is the one who looks after the engine; the
 * workers only read it and report trouble.
 */
final class EngineGate {
  /** What happens to scans. */
  enum State {
    /** They are sent. */
    OPEN,
    /** They are sent, but a clean result is not believed: the last self-test failed. */
    BLIND,
    /** They wait within their deadlines: the engine is being started or probed. */
    WAITING,
    /** They fail at once. */
    DOWN
  }

  /**
   * The state and why.
   *
   * @param changes grows whenever the state becomes another one
   */
  record View(State state, String problem, long changes) {}

  private final ScanQueue queue;
  private final Runnable whenDown;
  private volatile View view = new View(State.WAITING, "the engine is being started", 0);

  EngineGate(ScanQueue queue, Runnable whenDown) {
    this.queue = queue;
    this.whenDown = whenDown;
    queue.pause(true);
  }

  View view() {
    return view;
  }

  State state() {
    return view.state();
  }

  void open() {
    set(State.OPEN, "");
  }

  void blind(String problem) {
    set(State.BLIND, problem);
  }

  void waiting(String problem) {
    set(State.WAITING, problem);
  }

  /** Holds back what would be sent now, until a probe succeeds. */
  synchronized void suspend(String problem) {
    if (state() == State.OPEN || state() == State.BLIND) {
      set(State.WAITING, problem);
    }
  }

  /** Also ends everything that waits. */
  void down(String problem) {
    set(State.DOWN, problem);
    whenDown.run();
  }

  private synchronized void set(State state, String problem) {
    View before = view;
    view = new View(state, problem, before.changes() + (before.state() == state ? 0 : 1));
    queue.pause(state == State.WAITING || state == State.DOWN);
  }
}
