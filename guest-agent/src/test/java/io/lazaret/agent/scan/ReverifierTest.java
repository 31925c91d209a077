// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.scan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.agent.client.ContentReader;
import io.lazaret.agent.client.SourceAnswer;
import io.lazaret.agent.client.VerdictSource;
import io.lazaret.agent.linux.Sha256;
import io.lazaret.agent.metrics.Counters;
import io.lazaret.agent.metrics.Metric;
import io.lazaret.protocol.Access;
import io.lazaret.protocol.ContentHash;
import io.lazaret.protocol.ContentKey;
import io.lazaret.protocol.Lane;
import io.lazaret.protocol.Outcome;
import io.lazaret.protocol.Verdict;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a guest asks again, and what it passes over. */
final class ReverifierTest {
  private static final byte[] CONTENT = "a file to look at again".getBytes(StandardCharsets.UTF_8);

  private final FakeSource source = new FakeSource();
  private final Counters counters = new Counters();
  private final Reverifier reverifier =
      new Reverifier(source, Sha256.fastest().digests(), counters);

  @TempDir private Path directory;
  private Path file;

  @BeforeEach
  void write() throws IOException {
    file = Files.write(directory.resolve("file"), CONTENT);
  }

  @AfterEach
  void stop() throws InterruptedException {
    reverifier.stop();
  }

  @Test
  void anUnchangedFileIsAskedAboutAtTheLastLaneAndCanBeSent() throws Exception {
    reverifier.reverify(key(CONTENT), file.toString());
    Access access = source.asked.poll(10, TimeUnit.SECONDS);
    assertNotNull(access);
    assertEquals(Lane.RESCAN, access.lane());
    assertEquals(key(CONTENT), access.content());
    assertEquals(file.toString(), access.path());
    assertArrayEquals(CONTENT, source.sent.poll(10, TimeUnit.SECONDS));
    await(Metric.REVERIFICATIONS, 1);
  }

  @Test
  void whatIsGoneOrChangedOrNoFileIsPassedOver() throws Exception {
    reverifier.reverify(key(CONTENT), directory.resolve("gone").toString());
    Path other = directory.resolve("other");
    byte[] sameLength = CONTENT.clone();
    sameLength[0]++;
    Files.write(other, sameLength);
    reverifier.reverify(key(CONTENT), other.toString());
    Path longer = Files.write(directory.resolve("longer"), new byte[CONTENT.length + 1]);
    reverifier.reverify(key(CONTENT), longer.toString());
    Path link = Files.createSymbolicLink(directory.resolve("link"), file);
    reverifier.reverify(key(CONTENT), link.toString());
    reverifier.reverify(key(CONTENT), directory.toString());
    reverifier.reverify(key(CONTENT), "not/absolute");
    reverifier.reverify(key(CONTENT), "/no\0path");
    await(Metric.REVERIFICATIONS_PASSED_OVER, 7);
    reverifier.reverify(key(CONTENT), file.toString());
    assertNotNull(source.asked.poll(10, TimeUnit.SECONDS), "it goes on");
    assertTrue(source.asked.isEmpty());
  }

  private void await(Metric metric, long count) throws InterruptedException {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (counters.get(metric) != count) {
      assertTrue(System.nanoTime() < until, metric + ": " + counters.get(metric));
      TimeUnit.MILLISECONDS.sleep(2);
    }
  }

  private static ContentKey key(byte[] content) {
    MessageDigest digest = Sha256.fastest().digests().get();
    digest.update(content);
    return new ContentKey(ContentHash.of(digest), content.length);
  }

  private static final class FakeSource implements VerdictSource {
    final BlockingQueue<Access> asked = new LinkedBlockingQueue<>();
    final BlockingQueue<byte[]> sent = new LinkedBlockingQueue<>();

    @Override
    public SourceAnswer ask(Access access, ContentReader content, long deadlineNanos) {
      asked.add(access);
      ByteBuffer buffer = ByteBuffer.allocate(100);
      try {
        byte[] bytes = new byte[content.read(buffer, 0)];
        buffer.flip().get(bytes);
        sent.add(bytes);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return new SourceAnswer.Judged(Verdict.CLEAN, 1, Outcome.Source.SCAN);
    }
  }
}
