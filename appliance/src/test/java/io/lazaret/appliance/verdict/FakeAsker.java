// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.verdict;

import io.lazaret.appliance.content.Upload;
import io.lazaret.appliance.identity.Guest;
import io.lazaret.appliance.identity.Tenant;
import io.lazaret.protocol.Access;
import io.lazaret.protocol.Answer;
import io.lazaret.protocol.Ask;
import io.lazaret.protocol.ContentHash;
import io.lazaret.protocol.ContentKey;
import io.lazaret.protocol.Lane;
import io.lazaret.protocol.Outcome;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A guest in a test: asks, sends what it is told to send, and keeps what it is answered. */
final class FakeAsker implements Asker {
  private static final int SECONDS = 10;

  final BlockingQueue<Answer> answers = new LinkedBlockingQueue<>();
  final BlockingQueue<Upload> requested = new LinkedBlockingQueue<>();
  final Map<Integer, Ticket> tickets = new ConcurrentHashMap<>();
  private final Guest guest;
  private final VerdictService service;
  private volatile byte[] content = new byte[0];
  private volatile boolean sends;

  FakeAsker(VerdictService service, long id, int domain) {
    this.guest = new Guest(id, "guest-" + id, new Tenant(domain, "tenant-" + domain, domain));
    this.service = service;
  }

  /** From now on sends these bytes when it is asked for content. */
  FakeAsker sending(byte[] bytes) {
    content = bytes;
    sends = true;
    return this;
  }

  void ask(int id, byte[] bytes) {
    ask(id, Lane.OPEN, 10_000, keyOf(bytes));
  }

  void ask(int id, Lane lane, int deadlineMillis, ContentKey key) {
    Access access = new Access(lane, key, "/file", "/bin/sh", 1, 0);
    answers.addAll(service.ask(this, List.of(new Ask(id, deadlineMillis, access))));
  }

  void cancel(int id) {
    Ticket ticket = tickets.remove(id);
    if (ticket == null) {
      throw new AssertionError("request " + id + " is not pending");
    }
    ticket.cancel();
  }

  Outcome outcome() throws InterruptedException {
    Answer answer = answers.poll(SECONDS, TimeUnit.SECONDS);
    if (answer == null) {
      throw new AssertionError("no answer within " + SECONDS + " s");
    }
    return answer.outcome();
  }

  Upload upload() throws InterruptedException {
    Upload upload = requested.poll(SECONDS, TimeUnit.SECONDS);
    if (upload == null) {
      throw new AssertionError("no upload wanted within " + SECONDS + " s");
    }
    return upload;
  }

  /** Sends in two parts, the second when the credit for it came back. */
  static void send(Upload upload, byte[] bytes, int first) throws InterruptedException {
    upload.accept(0, ByteBuffer.wrap(bytes, 0, first), false);
    while (upload.initialCredit() < bytes.length - first) {
      TimeUnit.MILLISECONDS.sleep(1);
    }
    upload.accept(first, ByteBuffer.wrap(bytes, first, bytes.length - first), true);
  }

  static void send(Upload upload, byte[] bytes) {
    upload.accept(0, ByteBuffer.wrap(bytes), true);
  }

  static ContentKey keyOf(byte[] bytes) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      sha256.update(bytes);
      return new ContentKey(ContentHash.of(sha256), bytes.length);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public Guest guest() {
    return guest;
  }

  @Override
  public int waiting() {
    return tickets.size();
  }

  @Override
  public void pending(int id, Ticket ticket) {
    tickets.put(id, ticket);
  }

  @Override
  public void answer(int id, Ticket ticket, Outcome outcome) {
    tickets.remove(id, ticket);
    answers.add(new Answer(id, outcome));
  }

  @Override
  public void requestContent(int id, Ticket ticket, Upload upload) {
    requested.add(upload);
    if (sends) {
      send(upload, content);
    }
  }

  @Override
  public void grantCredit(int id, Ticket ticket, int bytes) {}
}
