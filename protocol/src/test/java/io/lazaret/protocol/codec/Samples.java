// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol.codec;

import io.lazaret.protocol.Access;
import io.lazaret.protocol.Answer;
import io.lazaret.protocol.Ask;
import io.lazaret.protocol.Capability;
import io.lazaret.protocol.ContentHash;
import io.lazaret.protocol.ContentKey;
import io.lazaret.protocol.Lane;
import io.lazaret.protocol.Message;
import io.lazaret.protocol.Message.*;
import io.lazaret.protocol.Outcome;
import io.lazaret.protocol.Outcome.Busy;
import io.lazaret.protocol.Outcome.Judged;
import io.lazaret.protocol.Outcome.Refused;
import io.lazaret.protocol.Outcome.SendContent;
import io.lazaret.protocol.Refusal;
import io.lazaret.protocol.Report;
import io.lazaret.protocol.Revocation;
import io.lazaret.protocol.SessionLimits;
import io.lazaret.protocol.Verdict;
import io.lazaret.protocol.Verdict.Incomplete;
import io.lazaret.protocol.Verdict.Infected;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** At least one message of every type, under the names of their test vectors. */
final class Samples {
  /** SHA-256 of the empty file. */
  static final ContentHash EMPTY_HASH =
      ContentHash.parse("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");

  /** SHA-256 of "abc". */
  static final ContentHash ABC_HASH =
      ContentHash.parse("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");

  static final ContentKey ABC = new ContentKey(ABC_HASH, 3);
  static final Instant AT = Instant.ofEpochSecond(1_793_491_200L, 250_000_000);
  static final Access OPEN = new Access(Lane.OPEN, ABC, "/home/ann/a.txt", "/bin/cat", 4711, 1000);
  static final Access UNKNOWN_PROCESS =
      new Access(Lane.RESCAN, new ContentKey(EMPTY_HASH, 0), "", "", 0, -1);
  static final Verdict INFECTED = new Infected("Eicar-Test-Signature");

  private Samples() {}

  static Map<String, Message> all() {
    Map<String, Message> all = new LinkedHashMap<>();
    session(all);
    asking(all);
    content(all);
    pushed(all);
    reports(all);
    identity(all);
    return all;
  }

  private static void session(Map<String, Message> all) {
    all.put(
        "hello",
        new Hello(
            1,
            1,
            EnumSet.allOf(Capability.class),
            "lazaret-agent/0.1.0",
            "desk-17",
            "Linux 6.1 amd64"));
    all.put("hello-bare", new Hello(1, 1, Set.of(), "", "", ""));
    all.put(
        "welcome",
        new Welcome(
            1,
            Set.of(Capability.REVOCATION, Capability.REPORTS),
            "lazaret-appliance/0.1.0",
            "g-000017",
            new SessionLimits(256, 64, 104_857_600, 30_000),
            7,
            86_400));
    all.put("goodbye", new Goodbye(Refusal.UNSUPPORTED_VERSION, "version: 9 (expected: 1)"));
    all.put("ping", new Ping(0x0102030405060708L));
    all.put("pong", new Pong(0x0102030405060708L));
  }

  private static void asking(Map<String, Message> all) {
    all.put("ask", new Asks(List.of(new Ask(1, 5_000, OPEN))));
    all.put(
        "asks",
        new Asks(
            List.of(
                new Ask(2, 5_000, new Access(Lane.EXECUTE, ABC, "/opt/Grüße", "/bin/sh", 9, 0)),
                new Ask(-1, 60_000, UNKNOWN_PROCESS))));
    all.put("answer-clean", answers(1, new Judged(Verdict.CLEAN, 7, Outcome.Source.MEMORY)));
    all.put("answer-infected", answers(2, new Judged(INFECTED, 7, Outcome.Source.SCAN)));
    all.put(
        "answers",
        new Answers(
            List.of(
                new Answer(
                    3,
                    new Judged(new Incomplete(Verdict.Reason.ENCRYPTED), 8, Outcome.Source.JOINED)),
                new Answer(4, new SendContent(262_144)),
                new Answer(5, new Busy(250)),
                new Answer(6, new Refused(Refusal.CONTENT_TOO_LONG)),
                new Answer(
                    7,
                    new Judged(
                        new Incomplete(Verdict.Reason.SIZE_LIMIT), -1, Outcome.Source.STORE)))));
    all.put("cancel", new Cancel(3));
  }

  private static Answers answers(int id, Outcome outcome) {
    return new Answers(List.of(new Answer(id, outcome)));
  }

  private static void content(Map<String, Message> all) {
    all.put("content-part", new ContentPart(4, 0, true, ascii("abc")));
    all.put("content-part-middle", new ContentPart(4, 1L << 33, false, ascii("lazaret")));
    all.put("content-part-empty", new ContentPart(4, 0, true, ascii("")));
    all.put("content-aborted", new ContentAborted(4, Refusal.CONTENT_UNAVAILABLE));
    all.put("credit", new Credit(4, 65_536));
  }

  private static void pushed(Map<String, Message> all) {
    all.put("epoch-changed", new EpochChanged(8, 86_400));
    all.put("revoked", new Revoked(List.of(new Revocation(ABC, INFECTED, 8))));
    all.put("policy-part", new PolicyPart(12, 1, 2, ascii("on-debt = allow\n")));
    all.put("scan-order", new ScanOrder(5, List.of("/home", "/srv/données")));
    all.put("scan-order-withdrawn", new ScanOrder(5, List.of()));
    all.put("scan-progress", new ScanProgress(5, 1_000, 1L << 40, 2, true));
    all.put("reverify", new Reverify(ABC, "/home/ann/a.txt"));
    all.put("drain", new Drain(List.of("10.0.0.2:7310", "vsock:2:7310"), 10_000));
  }

  private static void reports(Map<String, Message> all) {
    all.put(
        "reports",
        new Reports(
            9,
            List.of(
                new Report.Detection(
                    AT, OPEN, new Infected("Eicar-Test-Signature"), Report.Action.QUARANTINED),
                new Report.Debt(AT, OPEN, Report.DebtReason.DEADLINE),
                new Report.DebtPaid(AT, UNKNOWN_PROCESS, Verdict.CLEAN),
                new Report.Figures(
                    AT, Map.of(Report.Figure.OPENS_SEEN, 20_000L, Report.Figure.BLOCKING, 1L)))));
    all.put(
        "reports-policy",
        new Reports(
            10,
            List.of(
                new Report.PolicyResult(AT, 12, true, ""),
                new Report.PolicyResult(AT, 13, false, "line 2: deadline.open: 5"),
                new Report.Figures(AT, Map.of(Report.Figure.POLICY_VERSION, 12L)))));
    all.put("reports-stored", new ReportsStored(9));
  }

  private static void identity(Map<String, Message> all) {
    all.put(
        "enrol",
        new Enrol(
            "lz1.AAECAwQFBgcICQoLDA0ODxAREhMUFRYX.47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU",
            "desk-17",
            ascii("(DER of a PKCS #10 request)")));
    all.put("renew", new Renew(ascii("(DER of a PKCS #10 request)")));
    all.put(
        "enrolled",
        new Enrolled("g-000017", List.of(ascii("(DER: guest)"), ascii("(DER: authority)"))));
  }

  static ByteBuffer ascii(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
  }
}
