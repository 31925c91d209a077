// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.client;

import io.lazaret.protocol.Access;
import io.lazaret.protocol.Ask;
import io.lazaret.protocol.Outcome;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One ask somebody waits for. Once {@link #finish()} has returned, nobody reads its content any
 * more and the asker may close the file; news does not wait for a read that hangs.
 */
final class PendingAsk {
  /** What the asker is woken with. */
  sealed interface News {
    /** The appliance's final word. */
    record Told(Outcome outcome) implements News {}

    /** No appliance could be reached. */
    record Away() implements News {}

    /** The content could not be read or changed under the reader. */
    record Unreadable(String detail) implements News {}

    /** The time is up. */
    record TimeIsUp() implements News {}
  }

  /** Until when an ask with this deadline may wait for some appliance to be there. */
  interface Hope {
    long untilNanos(long deadlineNanos);
  }

  private static final News AWAY = new News.Away();
  private static final News TIME_IS_UP = new News.TimeIsUp();

  private final int id;
  private final Access access;
  private final ContentReader content;
  private final long deadlineNanos;
  private final VerdictSource.FirstLook first;

  /** Held while the content is read; only reading and finishing wait for it. */
  private final ReentrantLock reading = new ReentrantLock();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private @Nullable News news;
  private boolean sent;
  private boolean resting;
  private boolean finished;
  private boolean readable = true;

  PendingAsk(
      int id,
      Access access,
      ContentReader content,
      long deadlineNanos,
      VerdictSource.FirstLook first) {
    this.id = id;
    this.access = access;
    this.content = content;
    this.deadlineNanos = deadlineNanos;
    this.first = first;
  }

  int id() {
    return id;
  }

  long length() {
    return access.content().length();
  }

  /** The ask as it is sent now, with the time that is left; nothing when none is wanted. */
  @Nullable Ask send() {
    lock.lock();
    try {
      long left = TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime());
      if (finished || resting || news != null || left <= 0) {
        return null;
      }
      sent = true;
      changed.signal();
      return new Ask(id, (int) Math.min(left, Integer.MAX_VALUE), access);
    } finally {
      lock.unlock();
    }
  }

  /** Passes a verdict on to who looks at it first, while somebody waits for it. */
  void judged(SourceAnswer.Judged verdict) {
    lock.lock();
    try {
      if (finished || resting || news != null) {
        return;
      }
    } finally {
      lock.unlock();
    }
    first.judged(verdict);
  }

  void deliver(News delivered) {
    lock.lock();
    try {
      if (news == null && !resting) {
        news = delivered;
        changed.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  /** No appliance can be reached just now. */
  void away() {
    deliver(AWAY);
  }

  /** There may be less to wait for than there was. */
  void lookAgain() {
    lock.lock();
    try {
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Waits for news; an ask that no connection has taken yet waits as long as there is hope. */
  News await(Hope hope) throws InterruptedException {
    lock.lock();
    try {
      while (news == null) {
        long awayNanos = hope.untilNanos(deadlineNanos);
        boolean patient = sent || deadlineNanos - awayNanos < 0;
        long left = (patient ? deadlineNanos : awayNanos) - System.nanoTime();
        if (left <= 0) {
          return sent ? TIME_IS_UP : AWAY;
        }
        var _ = changed.awaitNanos(left);
      }
      News result = news;
      news = null;
      return result;
    } finally {
      lock.unlock();
    }
  }

  /** Sleeps through an overload; false when the deadline does not leave the time. */
  boolean rest(long nanos) throws InterruptedException {
    if (deadlineNanos - System.nanoTime() <= nanos) {
      return false;
    }
    lock.lock();
    try {
      resting = true;
    } finally {
      lock.unlock();
    }
    TimeUnit.NANOSECONDS.sleep(nanos);
    lock.lock();
    try {
      resting = false;
      news = null;
    } finally {
      lock.unlock();
    }
    return true;
  }

  /**
   * Fills a buffer from the file for an upload.
   *
   * @return false when the asker has gone, so that nothing was read
   */
  boolean read(ByteBuffer into, long offset) throws IOException {
    reading.lock();
    try {
      if (!readable) {
        return false;
      }
      while (into.hasRemaining()) {
        int count = content.read(into, offset + into.position());
        if (count <= 0) {
          break;
        }
      }
      return true;
    } finally {
      reading.unlock();
    }
  }

  /**
   * Fills a buffer from the beginning of the file without waiting for a disk or for anybody.
   *
   * @return false when that is not possible; what is in the buffer then is worth nothing
   */
  boolean readAtOnce(ByteBuffer into) throws IOException {
    if (!reading.tryLock()) {
      return false;
    }
    try {
      while (readable && into.hasRemaining()) {
        if (content.readAtOnce(into, into.position()) <= 0) {
          return false;
        }
      }
      return readable;
    } finally {
      reading.unlock();
    }
  }

  /** The asker leaves; waits for a read that is going on, and none follows. */
  void finish() {
    lock.lock();
    try {
      finished = true;
    } finally {
      lock.unlock();
    }
    reading.lock();
    try {
      readable = false;
    } finally {
      reading.unlock();
    }
  }
}
