// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.scan;

import io.lazaret.agent.client.SourceAnswer;
import io.lazaret.agent.client.VerdictSource;
import io.lazaret.agent.metrics.Counters;
import io.lazaret.agent.metrics.Metric;
import io.lazaret.protocol.Access;
import io.lazaret.protocol.ContentHash;
import io.lazaret.protocol.ContentKey;
import io.lazaret.protocol.Lane;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks again about contents whose verdict is old, when the appliance wants it: finds the file,
 * hashes it, and asks at lane RESCAN. A file that is gone or is another one now is passed over: the
 * appliance then turns to another guest.
 */
public final class Reverifier {
  /** Most that wait; more are passed over. */
  static final int QUEUE = 256;

  private static final int IN_FLIGHT = 4;
  private static final int BUFFER_BYTES = 128 << 10;
  private static final Duration DEADLINE = Duration.ofMinutes(2);
  private static final Duration STAY = Duration.ofSeconds(10);
  private static final Set<OpenOption> OPTIONS =
      Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
  private static final Logger LOG = LoggerFactory.getLogger(Reverifier.class);

  private record Wanted(ContentKey content, String path) {}

  private final VerdictSource source;
  private final Supplier<MessageDigest> digests;
  private final Counters counters;
  private final Semaphore places = new Semaphore(IN_FLIGHT);

  /** One thread, which is there only while there is work. */
  private final ThreadPoolExecutor thread =
      new ThreadPoolExecutor(
          1,
          1,
          STAY.toMillis(),
          TimeUnit.MILLISECONDS,
          new ArrayBlockingQueue<>(QUEUE),
          Thread.ofPlatform().daemon().name("reverify").factory());

  /** Takes work at once; has no thread until there is some. */
  public Reverifier(VerdictSource source, Supplier<MessageDigest> digests, Counters counters) {
    this.source = source;
    this.digests = digests;
    this.counters = counters;
    thread.allowCoreThreadTimeOut(true);
  }

  /** Takes one, or passes it over when too many wait; never blocks. */
  public void reverify(ContentKey content, String path) {
    if (!path.startsWith("/")) {
      counters.count(Metric.REVERIFICATIONS_PASSED_OVER);
      return;
    }
    try {
      thread.execute(() -> run(new Wanted(content, path)));
    } catch (RejectedExecutionException tooMany) {
      counters.count(Metric.REVERIFICATIONS_PASSED_OVER);
    }
  }

  /** Ends its thread; asks that are under way are left to the client. */
  public void stop() throws InterruptedException {
    thread.shutdownNow();
    if (!thread.awaitTermination(5, TimeUnit.SECONDS)) {
      LOG.warn("re-verification does not end");
    }
  }

  private void run(Wanted wanted) {
    try {
      places.acquire();
      if (!begin(wanted)) {
        places.release();
        counters.count(Metric.REVERIFICATIONS_PASSED_OVER);
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether an ask is under way that will give back its place. */
  private boolean begin(Wanted wanted) {
    FileChannel file = null;
    try {
      Path path = Path.of(wanted.path());
      // Opening anything else may block for ever.
      if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
        return false;
      }
      file = FileChannel.open(path, OPTIONS);
      if (file.size() == wanted.content().length() && hash(file).equals(wanted.content().hash())) {
        FileChannel content = file;
        file = null;
        Thread.ofVirtual().start(() -> ask(wanted, content));
        return true;
      }
    } catch (IOException | RuntimeException unreadable) {
      LOG.debug("re-verification passed over detail={}", unreadable.toString());
    } finally {
      close(file);
    }
    return false;
  }

  private ContentHash hash(FileChannel file) throws IOException {
    MessageDigest digest = digests.get();
    ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    for (long at = 0, count; (count = file.read(buffer.clear(), at)) > 0; at += count) {
      digest.update(buffer.flip());
    }
    return ContentHash.of(digest);
  }

  private void ask(Wanted wanted, FileChannel content) {
    Access access = new Access(Lane.RESCAN, wanted.content(), wanted.path(), "", 0, -1);
    try {
      SourceAnswer answer =
          source.ask(
              access,
              (into, offset) -> Math.max(0, content.read(into, offset)),
              System.nanoTime() + DEADLINE.toNanos());
      counters.count(
          answer instanceof SourceAnswer.Judged
              ? Metric.REVERIFICATIONS
              : Metric.REVERIFICATIONS_PASSED_OVER);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    } finally {
      close(content);
      places.release();
    }
  }

  private static void close(@Nullable FileChannel file) {
    if (file != null) {
      try {
        file.close();
      } catch (IOException e) {
        LOG.warn("file not closed detail={}", e.toString());
      }
    }
  }
}
