// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.content;

import io.lazaret.appliance.metrics.Metric;
import io.lazaret.appliance.metrics.Metrics;
import io.lazaret.protocol.ContentKey;
import io.lazaret.protocol.Refusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bounded, private place where contents stay from their first byte to the end of their scan.
 */
public final class Staging implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Staging.class);
  private static final String DIRECTORY = "lazaret-staging";

  private final StagingSettings settings;
  private final Path directory;
  private final LongSupplier nanoTime;
  private final Metrics metrics;
  private final ExecutorService writers;
  private final ScheduledFuture<?> sweeping;
  private final Set<Upload> uploads = ConcurrentHashMap.newKeySet();

  // What follows is guarded by this.
  private final Map<Long, Held> guests = new HashMap<>();
  private long bytes;
  private long memoryBytes;
  private int contents;
  private long numbers;
  private boolean closed;

  /** What is held for one guest. */
  private record Held(long bytes, int contents) {
    static final Held NOTHING = new Held(0, 0);

    Held plus(long length) {
      return new Held(bytes + length, contents + 1);
    }

    Held minus(long length) {
      return new Held(bytes - length, contents - 1);
    }
  }

  /**
   * Makes the private directory, or empties it.
   *
   * @param scheduler looks for uploads that have stalled
   */
  public Staging(StagingSettings settings, ScheduledExecutorService scheduler, Metrics metrics)
      throws IOException {
    this(settings, scheduler, System::nanoTime, metrics);
  }

  Staging(
      StagingSettings settings,
      ScheduledExecutorService scheduler,
      LongSupplier nanoTime,
      Metrics metrics)
      throws IOException {
    this.settings = settings;
    this.nanoTime = nanoTime;
    this.metrics = metrics;
    this.directory = emptied(settings.directory());
    this.writers =
        Executors.newFixedThreadPool(
            settings.writers(), Thread.ofPlatform().daemon().name("staging-", 0).factory());
    long period = Math.max(1, settings.stall().toMillis() / 4);
    this.sweeping =
        scheduler.scheduleWithFixedDelay(this::sweep, period, period, TimeUnit.MILLISECONDS);
    metrics.gauge(Metric.STAGING_BYTES, this::stagedBytes);
    metrics.gauge(Metric.STAGING_BYTES_LIMIT, settings::bytes);
    metrics.gauge(Metric.STAGING_GUEST_BYTES, this::mostOfOneGuest);
    metrics.gauge(Metric.STAGING_GUEST_BYTES_LIMIT, settings::bytesPerGuest);
    metrics.gauge(Metric.STAGING_UPLOADS, this::stagedContents);
    metrics.gauge(Metric.STAGING_UPLOADS_LIMIT, settings::uploads);
  }

  /**
   * Makes room for a content; empty when there is none: the guest is told Busy.
   *
   * @param guest whose content it is; each has its quota
   * @param creditGranted told the bytes that may be sent beyond {@link Upload#initialCredit};
   *     called on a writer, must not block
   */
  public Optional<Upload> begin(long guest, ContentKey key, IntConsumer creditGranted) {
    Hold hold;
    Executor executor;
    int credit;
    synchronized (this) {
      String met = boundMet(guest, key.length());
      if (!met.isEmpty()) {
        metrics.count(Metric.STAGING_REJECTED, met);
        return Optional.empty();
      }
      boolean small =
          key.length() <= settings.smallBytes()
              && key.length() <= settings.memoryBytes() - memoryBytes;
      contents++;
      bytes += key.length();
      guests.put(guest, held(guest).plus(key.length()));
      memoryBytes += small ? key.length() : 0;
      executor = small ? Runnable::run : writers;
      // What is taken into memory at once is never received and not yet written.
      credit = small ? (int) key.length() : settings.creditBytes();
      hold =
          small
              ? Hold.inMemory((int) key.length(), () -> release(guest, key.length(), true))
              : Hold.inFile(
                  directory.resolve(Long.toString(++numbers)),
                  () -> release(guest, key.length(), false));
    }
    Upload upload = new Upload(key, hold, credit, executor, creditGranted, nanoTime);
    uploads.add(upload);
    var _ =
        upload
            .done()
            .thenAccept(result -> {
              uploads.remove(upload);
              metrics.count(Metric.UPLOADS, label(result));
              if (result instanceof UploadResult.NoRoom) {
                metrics.count(Metric.STAGING_REJECTED, "disk");
              }
            });
    return Optional.of(upload);
  }

  /** Bytes of all contents that are held, by the lengths that were announced. */
  public synchronized long stagedBytes() {
    return bytes;
  }

  /** Contents that are held. */
  public synchronized int stagedContents() {
    return contents;
  }

  /** Gives up what is being received and deletes everything. */
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    sweeping.cancel(false);
    for (Upload upload : uploads) {
      upload.abort(Refusal.SHUTTING_DOWN);
    }
    writers.shutdown();
    try {
      if (!writers.awaitTermination(10, TimeUnit.SECONDS)) {
        log.warn("The staging's writers did not end in time.");
      }
      delete(directory);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      log.warn("The staging could not be deleted. detail={}", e.toString());
    }
  }

  void sweep() {
    for (Upload upload : uploads) {
      upload.abortIfIdle(settings.stall().toNanos());
    }
  }

  /** Which bound another content would break; empty when none. */
  private String boundMet(long guest, long length) {
    if (closed || length > settings.bytes() - bytes) {
      return "bytes";
    }
    if (contents >= settings.uploads()) {
      return "contents";
    }
    // A guest may have as many contents as are left for others: a flood takes half of them, two
    // take
    // two thirds, and there is always room for one who has none.
    Held held = held(guest);
    return length > settings.bytesPerGuest() - held.bytes()
            || held.contents() > settings.uploads() - contents
        ? "guest"
        : "";
  }

  private Held held(long guest) {
    return guests.getOrDefault(guest, Held.NOTHING);
  }

  private synchronized long mostOfOneGuest() {
    return guests.values().stream().mapToLong(Held::bytes).max().orElse(0);
  }

  private synchronized void release(long guest, long length, boolean small) {
    guests.computeIfPresent(guest, (g, held) -> held.contents() > 1 ? held.minus(length) : null);
    contents--;
    bytes -= length;
    memoryBytes -= small ? length : 0;
  }

  private static String label(UploadResult result) {
    return switch (result) {
      case UploadResult.Staged staged -> "complete";
      case UploadResult.Rejected(Refusal code) -> code.name().toLowerCase(Locale.ROOT);
      case UploadResult.NoRoom noRoom -> "no_room";
    };
  }

  /** What an earlier run left behind when it was killed is deleted. */
  private static Path emptied(Path parent) throws IOException {
    Files.createDirectories(parent);
    Path directory = parent.resolve(DIRECTORY);
    delete(directory);
    return Files.createDirectory(
        directory,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
  }

  private static void delete(Path directory) throws IOException {
    if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
      Files.deleteIfExists(directory);
      return;
    }
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Files.deleteIfExists(file);
      }
    }
    Files.delete(directory);
  }
}
