// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.decision;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One piece of work on the content threads; the most urgent and then the oldest goes first. */
abstract class ContentJob<T> implements Runnable, Comparable<ContentJob<?>> {
  private final int urgency;
  private long arrival;
  private final CompletableFuture<T> result = new CompletableFuture<>();

  ContentJob(int urgency, long arrival) {
    this.urgency = urgency;
    this.arrival = arrival;
  }

  /** Does a part of the work; the last part calls {@link #complete}. */
  abstract void step() throws IOException;

  /** Goes behind what is waiting by now, before it is queued again. */
  final void requeuedAt(long newArrival) {
    arrival = newArrival;
  }

  final void complete(T value) {
    result.complete(value);
  }

  @Override
  public final void run() {
    if (result.isDone()) {
      return;
    }
    try {
      step();
    } catch (IOException | RuntimeException e) {
      result.completeExceptionally(e);
    } catch (Error e) {
      result.completeExceptionally(e);
      throw e;
    }
  }

  final T await() throws IOException, InterruptedException {
    try {
      return result.get();
    } catch (ExecutionException e) {
      throw unwrapped(e);
    } finally {
      result.cancel(false);
    }
  }

  final T await(long deadlineNanos) throws IOException, TimeoutException, InterruptedException {
    try {
      return result.get(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw unwrapped(e);
    } finally {
      // Nobody waits any more: the next slice is not begun.
      result.cancel(false);
    }
  }

  private static IOException unwrapped(ExecutionException e) {
    return e.getCause() instanceof IOException known ? known : new IOException(e.getCause());
  }

  @Override
  public final int compareTo(ContentJob<?> other) {
    int byUrgency = Integer.compare(urgency, other.urgency);
    return byUrgency != 0 ? byUrgency : Long.compare(arrival, other.arrival);
  }
}
