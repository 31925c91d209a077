// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.decision;

import io.lazaret.agent.client.ContentReader;
import io.lazaret.agent.metrics.Counters;
import io.lazaret.agent.metrics.Metric;
import io.lazaret.protocol.ContentHash;
import io.lazaret.protocol.Lane;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * The bounded platform threads that read content, because a read pins a virtual thread's carrier.
 * Urgent lanes go first, and a large file gives way after every slice. What waits is bounded by the
 * accesses being decided: each has one job at most.
 */
public final class ContentThreads implements AutoCloseable {
  /** A large file gives way to others after this many bytes. */
  static final int SLICE_BYTES = 4 << 20;

  /** Longer ones would keep a virtual thread's carrier for too long. */
  private static final int AT_ONCE_BYTES = 512 << 10;

  /** As many as there are carriers; who finds none goes to the threads. */
  private static final int AT_ONCE_BUFFERS = 4;

  private static final int AT_ONCE_BUFFER_BYTES = 64 << 10;
  private static final int BUFFER_BYTES = 128 << 10;
  private static final int SPARE_DIGESTS = 16;

  /** A guest where nothing happens need not keep them. */
  private static final long IDLE_SECONDS = 30;

  private final ThreadPoolExecutor threads;
  private final AtomicLong arrivals = new AtomicLong();
  private final ArrayBlockingQueue<MessageDigest> spare = new ArrayBlockingQueue<>(SPARE_DIGESTS);
  private final ArrayBlockingQueue<ByteBuffer> spareBuffers =
      new ArrayBlockingQueue<>(AT_ONCE_BUFFERS);
  private final Supplier<MessageDigest> digests;
  private final Counters counters;
  private final ThreadLocal<ByteBuffer> buffers =
      ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(BUFFER_BYTES));

  /**
   * Starts the threads.
   *
   * @param digests makes SHA-256 digests that take direct buffers
   */
  public ContentThreads(int count, Supplier<MessageDigest> digests, Counters counters) {
    this(count, digests, counters, Thread.ofPlatform().daemon().name("content-", 0).factory());
  }

  /**
   * Starts threads of another kind.
   *
   * @param factory makes platform threads
   */
  public ContentThreads(
      int count, Supplier<MessageDigest> digests, Counters counters, ThreadFactory factory) {
    this.digests = digests;
    this.counters = counters;
    threads =
        new ThreadPoolExecutor(
            count, count, IDLE_SECONDS, TimeUnit.SECONDS, new PriorityBlockingQueue<>(), factory);
    threads.allowCoreThreadTimeOut(true);
    threads.prestartAllCoreThreads();
    for (int i = 0; i < AT_ONCE_BUFFERS; i++) {
      giveBack(ByteBuffer.allocateDirect(AT_ONCE_BUFFER_BYTES));
    }
  }

  /**
   * The SHA-256 of exactly so many bytes.
   *
   * @throws IOException when they cannot be read, or there are fewer
   * @throws TimeoutException when the deadline came first
   */
  ContentHash hash(ContentReader content, long length, Lane lane, long deadlineNanos)
      throws IOException, TimeoutException, InterruptedException {
    MessageDigest pooled = spare.poll();
    MessageDigest digest = pooled == null ? digests.get() : pooled;
    if (length <= AT_ONCE_BYTES && hashAtOnce(content, length, digest)) {
      counters.add(Metric.BYTES_HASHED, length);
      return finish(digest);
    }
    HashJob job = new HashJob(content, length, digest, lane, arrivals.getAndIncrement());
    threads.execute(job);
    return job.await(deadlineNanos);
  }

  /** Hashes on the calling thread what is in memory already; false when some of it is not. */
  private boolean hashAtOnce(ContentReader content, long length, MessageDigest digest)
      throws IOException {
    ByteBuffer buffer = spareBuffers.poll();
    if (buffer == null) {
      return false;
    }
    try {
      long done = 0;
      while (done < length) {
        buffer.clear().limit((int) Math.min(buffer.capacity(), length - done));
        int got = content.readAtOnce(buffer, done);
        if (got <= 0) {
          digest.reset();
          return false;
        }
        digest.update(buffer.flip());
        done += got;
      }
      return true;
    } finally {
      giveBack(buffer);
    }
  }

  private ContentHash finish(MessageDigest digest) {
    ContentHash hash = ContentHash.of(digest);
    if (!spare.offer(digest)) {
      // Enough are in stock.
      digest.reset();
    }
    return hash;
  }

  private void giveBack(ByteBuffer buffer) {
    boolean room = spareBuffers.offer(buffer);
    assert room;
  }

  /**
   * Reads on the calling thread what is in memory already.
   *
   * @return as {@link ContentReader#readAtOnce}
   */
  int readAtOnce(ContentReader content, ByteBuffer destination, long offset) throws IOException {
    ByteBuffer buffer = spareBuffers.poll();
    if (buffer == null) {
      return ContentReader.WOULD_WAIT;
    }
    try {
      buffer.clear().limit(Math.min(buffer.capacity(), destination.remaining()));
      int got = content.readAtOnce(buffer, offset);
      if (got > 0) {
        destination.put(buffer.flip());
      }
      return got;
    } finally {
      giveBack(buffer);
    }
  }

  /** The same content, to be read from virtual threads: reads ahead, on these threads. */
  ContentReader reader(ContentReader content, long length, Lane lane) {
    return new ReadAhead(content, this, length, lane);
  }

  /** Reads into memory of any kind on these threads, and waits for it. */
  int read(ContentReader content, ByteBuffer destination, long offset, Lane lane)
      throws IOException, InterruptedException {
    ReadJob job = new ReadJob(content, destination, offset, lane, arrivals.getAndIncrement());
    threads.execute(job);
    return job.await();
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }

  /** One file being hashed. */
  private final class HashJob extends ContentJob<ContentHash> {
    private final ContentReader content;
    private final long length;
    private final MessageDigest digest;
    private long done;

    HashJob(ContentReader content, long length, MessageDigest digest, Lane lane, long arrival) {
      super(lane.wire(), arrival);
      this.content = content;
      this.length = length;
      this.digest = digest;
    }

    @Override
    void step() throws IOException {
      ByteBuffer buffer = buffers.get();
      long from = done;
      long until = Math.min(length, from + SLICE_BYTES);
      while (done < until) {
        buffer.clear().limit((int) Math.min(buffer.capacity(), length - done));
        int got = content.read(buffer, done);
        if (got == 0) {
          throw new IOException("content: " + done + " bytes (expected: " + length + ")");
        }
        digest.update(buffer.flip());
        done += got;
      }
      counters.add(Metric.BYTES_HASHED, done - from);
      if (done < length) {
        requeuedAt(arrivals.getAndIncrement());
        threads.execute(this);
        return;
      }
      complete(finish(digest));
    }
  }

  /** One read for somebody else. */
  private final class ReadJob extends ContentJob<Integer> {
    private final ContentReader content;
    private final ByteBuffer destination;
    private final long offset;

    ReadJob(ContentReader content, ByteBuffer destination, long offset, Lane lane, long arrival) {
      super(lane.wire(), arrival);
      this.content = content;
      this.destination = destination;
      this.offset = offset;
    }

    @Override
    void step() throws IOException {
      ByteBuffer buffer = buffers.get();
      buffer.clear().limit(Math.min(buffer.capacity(), destination.remaining()));
      int got = content.read(buffer, offset);
      destination.put(buffer.flip());
      complete(got);
    }
  }
}
