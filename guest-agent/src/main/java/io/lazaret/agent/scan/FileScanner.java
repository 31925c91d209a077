// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.scan;

import io.lazaret.agent.client.SourceAnswer;
import io.lazaret.agent.client.VerdictSource;
import io.lazaret.agent.linux.IoPriority;
import io.lazaret.protocol.Access;
import io.lazaret.protocol.ContentHash;
import io.lazaret.protocol.ContentKey;
import io.lazaret.protocol.Lane;
import io.lazaret.protocol.Verdict;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at files: hashes them on a few platform threads and asks about many at a time, so that the
 * client batches the questions. Links are not followed; what is no regular file is passed over.
 */
public final class FileScanner {
  /** Files asked about at the same time. */
  static final int IN_FLIGHT = 32;

  private static final int BUFFER_BYTES = 128 << 10;
  private static final Set<OpenOption> OPTIONS =
      Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);

  private static final Logger LOG = LoggerFactory.getLogger(FileScanner.class);

  private final VerdictSource source;
  private final Supplier<MessageDigest> digests;
  private final long longest;
  private final Duration deadline;
  private final Lane lane;
  private final Pace pace;
  private final Semaphore places = new Semaphore(IN_FLIGHT);
  private final ExecutorService hashing;

  /**
   * A scanner with threads of its own, until {@link #finish()}.
   *
   * @param longest files above this many bytes are not scanned
   * @param deadline for one file, from its hash on
   * @param limits how fast; it never pauses
   */
  public FileScanner(
      VerdictSource source,
      Supplier<MessageDigest> digests,
      int hashThreads,
      long longest,
      Duration deadline,
      Supplier<ScanSettings> limits,
      Lane lane) {
    this.source = source;
    this.digests = digests;
    this.longest = longest;
    this.deadline = deadline;
    this.lane = lane;
    this.pace = new Pace(() -> limits.get().unpaused(), Path.of("/proc/pressure"));
    this.hashing =
        Executors.newFixedThreadPool(
            hashThreads,
            work ->
                Thread.ofPlatform()
                    .daemon()
                    .name("scan")
                    .unstarted(() -> {
                      boolean idle = IoPriority.idle();
                      LOG.debug("scan thread idle={}", idle);
                      work.run();
                    }));
  }

  /**
   * Looks at one file and tells the result on another thread; waits while many are under way or as
   * much as may be was read. To be called by one thread.
   */
  public void submit(Path file, Consumer<FileResult> result) throws InterruptedException {
    pace.await(lengthOf(file));
    places.acquire();
    hashing.execute(() -> hash(file, result));
  }

  private static long lengthOf(Path file) {
    try {
      BasicFileAttributes facts =
          Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      return facts.isRegularFile() ? facts.size() : 0;
    } catch (IOException unreadable) {
      return 0; // It is said when it is looked at.
    }
  }

  /** Waits until every result was told, and ends the threads. */
  public void finish() throws InterruptedException {
    places.acquire(IN_FLIGHT);
    places.release(IN_FLIGHT);
    hashing.shutdown();
    if (!hashing.awaitTermination(1, TimeUnit.MINUTES)) {
      throw new IllegalStateException("a hashing thread does not end");
    }
  }

  private void hash(Path file, Consumer<FileResult> result) {
    FileChannel opened = null;
    try {
      opened = FileChannel.open(file, OPTIONS);
      FileChannel content = opened;
      long size = content.size();
      if (size > longest) {
        tell(opened, result, new FileResult.NotScanned("larger than " + longest + " bytes"));
        return;
      }
      FileTime modified = Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS);
      ContentHash hash = hash(content, size);
      boolean changed =
          content.size() != size
              || !Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS).equals(modified);
      if (changed) {
        tell(opened, result, new FileResult.NotScanned("changed while it was read"));
        return;
      }
      ContentKey key = new ContentKey(hash, size);
      Thread.ofVirtual().start(() -> tell(content, result, ask(file, key, content)));
    } catch (IOException | RuntimeException unreadable) {
      tell(opened, result, new FileResult.NotScanned(why(unreadable)));
    }
  }

  private ContentHash hash(FileChannel content, long size) throws IOException {
    MessageDigest digest = digests.get();
    ByteBuffer buffer = ByteBuffer.allocateDirect(Math.clamp(size, 1, BUFFER_BYTES));
    long position = 0;
    while (position < size) {
      int count = content.read(buffer.clear(), position);
      if (count < 0) {
        break;
      }
      position += count;
      digest.update(buffer.flip());
    }
    return ContentHash.of(digest);
  }

  private FileResult ask(Path file, ContentKey key, FileChannel content) {
    if (key.length() == 0) {
      return new FileResult.Judged(Verdict.CLEAN, 0);
    }
    Access access = new Access(lane, key, file.toString(), "", 0, -1);
    long deadlineNanos = System.nanoTime() + deadline.toNanos();
    try {
      SourceAnswer answer =
          source.ask(
              access, (into, offset) -> Math.max(0, content.read(into, offset)), deadlineNanos);
      return switch (answer) {
        case SourceAnswer.Judged judged -> new FileResult.Judged(judged.verdict(), key.length());
        case SourceAnswer.NoVerdict none ->
            new FileResult.NotScanned(none.reason() + " (" + none.detail() + ")");
      };
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return new FileResult.NotScanned("stopped");
    }
  }

  /** Closes the file, gives its place to another and tells the result. */
  private void tell(
      @Nullable FileChannel opened, Consumer<FileResult> consumer, FileResult result) {
    FileResult told = result;
    try {
      if (opened != null) {
        opened.close();
      }
    } catch (IOException failed) {
      told = new FileResult.NotScanned(why(failed));
    } finally {
      try {
        consumer.accept(told);
      } finally {
        places.release();
      }
    }
  }

  private static String why(Exception failure) {
    return switch (failure) {
      case AccessDeniedException denied -> "not allowed to read it";
      case NoSuchFileException gone -> "no such file";
      default -> String.valueOf(failure.getMessage());
    };
  }
}
