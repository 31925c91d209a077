// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.content;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.appliance.metrics.Metric;
import io.lazaret.appliance.metrics.Metrics;
import io.lazaret.protocol.ContentHash;
import io.lazaret.protocol.ContentKey;
import io.lazaret.protocol.Refusal;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StagingTest {
  @TempDir Path directory;
  private final AtomicLong now = new AtomicLong();
  private final Metrics metrics = new Metrics();
  private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
  private Staging staging;

  @BeforeEach
  void start() throws IOException {
    staging = staging(10);
  }

  private Staging staging(int uploads) throws IOException {
    // The sweep of the scheduler comes too late for any test: they sweep by hand.
    return new Staging(
        new StagingSettings(
            directory, 10 << 20, 10 << 20, uploads, 1000, 3000, 4096, Duration.ofHours(1), 2),
        scheduler,
        now::get,
        metrics);
  }

  @AfterEach
  void stop() {
    staging.close();
    scheduler.shutdownNow();
    metrics.close();
    assertEquals(0, staging.stagedBytes());
    assertEquals(0, staging.stagedContents());
  }

  static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  static ContentKey key(byte[] content) {
    try {
      return new ContentKey(
          ContentHash.of(MessageDigest.getInstance("SHA-256").digest(content)), content.length);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private Upload begin(byte[] content) {
    return staging.begin(1, key(content), credit -> {}).orElseThrow();
  }

  private static UploadResult result(Upload upload) {
    return upload.done().orTimeout(30, TimeUnit.SECONDS).join();
  }

  private static void assertRejected(Refusal code, Upload upload) {
    assertEquals(new UploadResult.Rejected(code), result(upload));
  }

  private static StagedContent staged(Upload upload) {
    return assertInstanceOf(UploadResult.Staged.class, result(upload)).content();
  }

  /** Sends within the credit, in pieces, as a guest does. */
  private static StagedContent send(Staging staging, long guest, byte[] content, int piece) {
    Semaphore credit = new Semaphore(0);
    Upload upload = staging.begin(guest, key(content), credit::release).orElseThrow();
    credit.release(upload.initialCredit());
    int offset = 0;
    do {
      int count = Math.min(piece, content.length - offset);
      credit.acquireUninterruptibly(count);
      boolean last = offset + count == content.length;
      assertEquals(
          Optional.empty(), upload.accept(offset, ByteBuffer.wrap(content, offset, count), last));
      offset += count;
    } while (offset < content.length);
    return staged(upload);
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(Files::isRegularFile).toList();
    }
  }

  @Test
  void aFloodOfOneGuestLeavesRoomForTheOthers() throws IOException {
    staging.close();
    staging = staging(8);
    List<Upload> flood = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      staging.begin(1, key(bytes(10)), credit -> {}).ifPresent(flood::add);
    }
    assertEquals(5, flood.size());
    assertEquals(3, metrics.counter(Metric.STAGING_REJECTED, "guest").total());
    flood.add(staging.begin(2, key(bytes(10)), credit -> {}).orElseThrow());
    for (Upload upload : flood) {
      upload.abort(Refusal.CANCELLED);
      assertRejected(Refusal.CANCELLED, upload);
    }
  }

  @Test
  void largeAndSmallAndEmptyContentsComeThroughAndCanBeReadAgain() throws IOException {
    for (int length : new int[] {0, 1, 999, 1000, 1001, 100_000}) {
      byte[] content = bytes(length);
      try (StagedContent staged = send(staging, 1, content, 1500)) {
        for (int i = 0; i < 2; i++) {
          try (InputStream in = staged.open()) {
            assertArrayEquals(content, in.readAllBytes());
          }
        }
        assertEquals(length > 1000 ? 1 : 0, files().size());
      }
      assertEquals(List.of(), files());
    }
  }

  @Test
  void filesArePrivateAndGoneWhenTheyAreClosed() throws IOException {
    StagedContent staged = send(staging, 1, bytes(5000), 4096);
    Path file = files().getFirst();
    assertEquals(PosixFilePermissions.fromString("rw-------"), Files.getPosixFilePermissions(file));
    assertEquals(
        PosixFilePermissions.fromString("rwx------"),
        Files.getPosixFilePermissions(file.getParent()));
    staged.close();
    staged.close();
    assertFalse(Files.exists(file));
    assertThrows(IOException.class, staged::open);
  }

  @Test
  void wrongBytesAreRejectedByTheirHash() {
    byte[] content = bytes(100);
    Upload upload = begin(content);
    content[50]++;
    assertEquals(Optional.empty(), upload.accept(0, ByteBuffer.wrap(content), true));
    assertRejected(Refusal.HASH_MISMATCH, upload);
  }

  @Test
  void moreOrFewerBytesThanAnnouncedAreRejected() {
    Upload more = begin(bytes(100));
    assertEquals(
        Optional.of(Refusal.LENGTH_MISMATCH), more.accept(0, ByteBuffer.allocate(101), false));
    assertRejected(Refusal.LENGTH_MISMATCH, more);
    Upload fewer = begin(bytes(100));
    assertEquals(
        Optional.of(Refusal.LENGTH_MISMATCH), fewer.accept(0, ByteBuffer.allocate(99), true));
    assertRejected(Refusal.LENGTH_MISMATCH, fewer);
  }

  @Test
  void bytesBeyondTheCreditOrOutOfOrderAreRejected() {
    Upload beyond = begin(bytes(10_000));
    assertEquals(
        Optional.of(Refusal.CREDIT_EXCEEDED), beyond.accept(0, ByteBuffer.allocate(4097), false));
    assertRejected(Refusal.CREDIT_EXCEEDED, beyond);
    Upload disordered = begin(bytes(10_000));
    assertEquals(
        Optional.of(Refusal.CREDIT_EXCEEDED), disordered.accept(1, ByteBuffer.allocate(1), false));
    assertRejected(Refusal.CREDIT_EXCEEDED, disordered);
    Upload idle = begin(bytes(10_000));
    assertEquals(Optional.of(Refusal.MALFORMED), idle.accept(0, ByteBuffer.allocate(0), false));
    assertRejected(Refusal.MALFORMED, idle);
  }

  @Test
  void anUploadThatStopsIsGivenUp() {
    Upload upload = begin(bytes(10_000));
    staging.sweep();
    assertFalse(upload.done().isDone());
    now.addAndGet(Duration.ofHours(1).toNanos());
    staging.sweep();
    assertRejected(Refusal.UPLOAD_STALLED, upload);
    assertEquals(
        Optional.of(Refusal.UPLOAD_STALLED), upload.accept(0, ByteBuffer.allocate(1), false));
  }

  @Test
  void anAbortGivesTheRoomBack() {
    Upload upload = begin(bytes(10_000));
    assertEquals(Optional.empty(), upload.accept(0, ByteBuffer.allocate(4000), false));
    upload.abort(Refusal.CANCELLED);
    upload.abort(Refusal.INTERNAL);
    assertRejected(Refusal.CANCELLED, upload);
    assertEquals(0, staging.stagedBytes());
  }

  @Test
  void thereIsNoRoomBeyondTheQuotas() {
    ContentKey half = new ContentKey(key(new byte[0]).hash(), 6 << 20);
    Upload first = staging.begin(1, half, credit -> {}).orElseThrow();
    assertTrue(staging.begin(1, half, credit -> {}).isEmpty());
    assertEquals(1, metrics.counter(Metric.STAGING_REJECTED, "bytes").total());
    first.abort(Refusal.CANCELLED);
    assertRejected(Refusal.CANCELLED, first);
    List<Upload> uploads = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      uploads.add(staging.begin(i, key(bytes(10)), credit -> {}).orElseThrow());
    }
    assertTrue(staging.begin(99, key(bytes(10)), credit -> {}).isEmpty());
    assertEquals(1, metrics.counter(Metric.STAGING_REJECTED, "contents").total());
    for (Upload upload : uploads) {
      upload.abort(Refusal.CANCELLED);
      assertRejected(Refusal.CANCELLED, upload);
    }
  }

  @Test
  void oneGuestCannotTakeTheRoomOfAnother() throws IOException {
    staging.close();
    staging =
        new Staging(
            new StagingSettings(
                directory, 10 << 20, 4 << 20, 10, 1000, 3000, 4096, Duration.ofHours(1), 2),
            scheduler,
            now::get,
            metrics);
    ContentKey large = new ContentKey(key(new byte[0]).hash(), 3 << 20);
    Upload first = staging.begin(1, large, credit -> {}).orElseThrow();
    assertTrue(staging.begin(1, large, credit -> {}).isEmpty());
    assertEquals(1, metrics.counter(Metric.STAGING_REJECTED, "guest").total());
    assertEquals(3 << 20, metrics.value(Metric.STAGING_GUEST_BYTES));
    Upload second = staging.begin(2, large, credit -> {}).orElseThrow();

    first.abort(Refusal.CANCELLED);
    assertRejected(Refusal.CANCELLED, first);
    Upload third = staging.begin(1, large, credit -> {}).orElseThrow();
    for (Upload upload : List.of(second, third)) {
      upload.abort(Refusal.CANCELLED);
      assertRejected(Refusal.CANCELLED, upload);
    }
    assertEquals(0, metrics.value(Metric.STAGING_GUEST_BYTES));
  }

  @Test
  void whatAnEarlierRunLeftBehindIsDeleted() throws IOException {
    send(staging, 1, bytes(5000), 4096);
    assertEquals(1, files().size());
    Staging next = staging(10);
    assertEquals(List.of(), files());
    next.close();
    staging.close();
    staging = staging(10);
  }

  @Test
  void closingEndsWhatIsBeingReceived() {
    Upload upload = begin(bytes(10_000));
    staging.close();
    assertRejected(Refusal.SHUTTING_DOWN, upload);
    assertTrue(staging.begin(1, key(bytes(1)), credit -> {}).isEmpty());
  }

  @Test
  void manyUploadsAtOnceAllArriveWhole() throws Exception {
    try (Staging large = staging(200);
        var guests = Executors.newFixedThreadPool(50)) {
      var sends =
          Stream.iterate(1, i -> i + 1)
              .limit(200)
              .map(i -> guests.submit(() -> send(large, i % 50, bytes(i * 100), 1 + i * 7)))
              .toList();
      for (int i = 0; i < sends.size(); i++) {
        try (StagedContent content = sends.get(i).get();
            InputStream in = content.open()) {
          assertArrayEquals(bytes((i + 1) * 100), in.readAllBytes());
        }
      }
      assertEquals(0, large.stagedBytes());
    }
    staging.close();
  }
}
