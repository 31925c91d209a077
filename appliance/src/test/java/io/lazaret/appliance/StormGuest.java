// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance;

import io.lazaret.protocol.Answer;
import io.lazaret.protocol.Ask;
import io.lazaret.protocol.Lane;
import io.lazaret.protocol.Message;
import io.lazaret.protocol.Outcome;
import io.lazaret.protocol.tls.TlsIdentity;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A guest that has all files and wants all verdicts, in an order of its own; it may die in the
 * middle of an upload, as often as it was given lives, and comes back to ask for what it has not
 * got.
 */
final class StormGuest implements Runnable {
  private static final int WINDOW = 64;
  private static final int BATCH = 16;
  private static final int DEADLINE_MILLIS = 60_000;

  private final ApplianceRig rig;
  private final TlsIdentity identity;
  private final List<byte[]> files;
  private final Random random;
  private int deaths;

  /** What it was answered, by the number of the file. */
  final Map<Integer, Outcome> outcomes = new HashMap<>();

  /** How long the slowest of its answers took. */
  long slowestNanos;

  /** How often it died in the middle of an upload. */
  int died;

  @Nullable Exception failure;

  StormGuest(ApplianceRig rig, TlsIdentity identity, List<byte[]> files, long seed, int deaths) {
    this.rig = rig;
    this.identity = identity;
    this.files = files;
    this.random = new Random(seed);
    this.deaths = deaths;
  }

  @Override
  public void run() {
    try {
      while (outcomes.size() < files.size()) {
        try (TestGuest guest = TestGuest.open(rig.address(), identity)) {
          if (!live(guest)) {
            died++; // and closes its connection without a word
          }
        }
      }
    } catch (IOException | RuntimeException | AssertionError e) {
      failure = new IllegalStateException("after " + outcomes.size() + " answers", e);
    }
  }

  /** Asks until it has all; false when it has to die. */
  private boolean live(TestGuest guest) throws IOException {
    List<Integer> left = new ArrayList<>();
    for (int file = 0; file < files.size(); file++) {
      if (!outcomes.containsKey(file)) {
        left.add(file);
      }
    }
    Collections.shuffle(left, random);
    Map<Integer, Long> asked = new HashMap<>();
    int next = 0;
    while (outcomes.size() < files.size()) {
      if (next < left.size() && asked.size() <= WINDOW - BATCH) {
        List<Ask> batch = new ArrayList<>();
        for (; next < left.size() && batch.size() < BATCH; next++) {
          int file = left.get(next);
          batch.add(ask(file));
          asked.put(file, System.nanoTime());
        }
        guest.send(new Message.Asks(batch));
      }
      if (!(guest.read() instanceof Message.Answers(List<Answer> answers))) {
        continue;
      }
      for (Answer answer : answers) {
        if (answer.outcome() instanceof Outcome.SendContent(int credit)) {
          if (!send(guest, answer.id(), credit)) {
            return false;
          }
        } else {
          long since = Objects.requireNonNull(asked.remove(answer.id()), "not asked");
          slowestNanos = Math.max(slowestNanos, System.nanoTime() - since);
          outcomes.put(answer.id(), answer.outcome());
        }
      }
    }
    return true;
  }

  private boolean send(TestGuest guest, int file, int credit) throws IOException {
    byte[] content = files.get(file);
    if (credit < content.length) {
      throw new AssertionError("credit: " + credit + " (expected: all of a small file)");
    }
    int half = content.length / 2;
    boolean dies = deaths > 0 && random.nextInt(5) == 0;
    guest.send(new Message.ContentPart(file, 0, false, ByteBuffer.wrap(content, 0, half)));
    if (dies) {
      deaths--;
      return false;
    }
    guest.send(
        new Message.ContentPart(
            file, half, true, ByteBuffer.wrap(content, half, content.length - half)));
    return true;
  }

  private Ask ask(int file) {
    Message.Asks asks =
        (Message.Asks) TestGuest.asking(file, Lane.OPEN, DEADLINE_MILLIS, files.get(file));
    return asks.asks().getFirst();
  }
}
