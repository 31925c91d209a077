// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;

/** One frame on the wire; the wire specification is the module's README. */
public sealed interface Message {

  // ---- handshake

  /**
   * The guest's first message.
   *
   * @param lowestVersion lowest protocol version it speaks
   * @param highestVersion highest protocol version it speaks
   * @param software name and version of the agent
   * @param host the guest's name for itself, informative only
   * @param platform operating system and release, informative only
   */
  record Hello(
      int lowestVersion,
      int highestVersion,
      Set<Capability> capabilities,
      String software,
      String host,
      String platform)
      implements Message {
    public Hello {
      Checks.inRange("lowestVersion", lowestVersion, 1, 0xFFFF);
      Checks.inRange("highestVersion", highestVersion, lowestVersion, 0xFFFF);
      capabilities = Set.copyOf(capabilities);
    }
  }

  /**
   * The appliance's answer to {@link Hello}: the session is open.
   *
   * @param version the version both speak from now on
   * @param capabilities those that both sides have
   * @param software name and version of the appliance
   * @param guest the name under which the appliance knows this guest
   * @param epoch the present engine state
   * @param graceSeconds how long a clean verdict of an older epoch stays valid in the guest
   */
  record Welcome(
      int version,
      Set<Capability> capabilities,
      String software,
      String guest,
      SessionLimits limits,
      long epoch,
      long graceSeconds)
      implements Message {
    public Welcome {
      Checks.inRange("version", version, 1, 0xFFFF);
      Checks.notNegative("graceSeconds", graceSeconds);
      capabilities = Set.copyOf(capabilities);
    }
  }

  /** The last message of a session that ends for a reason; the connection is closed after it. */
  record Goodbye(Refusal code, String detail) implements Message {}

  /** Asks for a sign of life. */
  record Ping(long token) implements Message {}

  /** Answers the {@link Ping} with the same token. */
  record Pong(long token) implements Message {}

  // ---- asking

  /** A batch of questions; answers come in any order and in other batches. */
  record Asks(List<Ask> asks) implements Message {
    public Asks {
      asks = List.copyOf(asks);
    }
  }

  /** A batch of answers. */
  record Answers(List<Answer> answers) implements Message {
    public Answers {
      answers = List.copyOf(answers);
    }
  }

  /** The guest no longer needs the answer; none follows, and the id is free again. */
  record Cancel(int id) implements Message {}

  // ---- content

  /**
   * A part of the content that {@link Outcome.SendContent} asked for.
   *
   * @param offset position of the first byte; parts follow each other without gaps
   * @param last whether this is the end
   * @param bytes at most {@link io.lazaret.protocol.codec.Wire#CHUNK_BYTES}
   */
  record ContentPart(int id, long offset, boolean last, ByteBuffer bytes) implements Message {
    public ContentPart {
      Checks.notNegative("offset", offset);
    }
  }

  /** The guest cannot send (the rest of) the content. */
  record ContentAborted(int id, Refusal code) implements Message {}

  /** So many more bytes of this request's content may be sent. */
  record Credit(int id, int bytes) implements Message {
    public Credit {
      Checks.notNegative("bytes", bytes);
    }
  }

  // ---- pushed by the appliance

  /** The engine state changed. */
  record EpochChanged(long epoch, long graceSeconds) implements Message {}

  /** Verdicts that were given before and are no longer true. */
  record Revoked(List<Revocation> revocations) implements Message {
    public Revoked {
      revocations = List.copyOf(revocations);
    }
  }

  /** A part of a policy document; it is in force when all its parts have come. */
  record PolicyPart(long version, int part, int parts, ByteBuffer bytes) implements Message {
    public PolicyPart {
      Checks.inRange("parts", parts, 1, 0xFFFF);
      Checks.inRange("part", part, 0, parts - 1);
    }
  }

  /** Scan these paths now. */
  record ScanOrder(long order, List<String> paths) implements Message {
    public ScanOrder {
      paths = List.copyOf(paths);
    }
  }

  /** How far an ordered scan is; with finished set, its summary. */
  record ScanProgress(long order, long files, long bytes, long infected, boolean finished)
      implements Message {}

  /** Ask about this content again at lane RESCAN, if it is still there. */
  record Reverify(ContentKey content, String path) implements Message {}

  /** Go to one of these appliances within the time; this one finishes what is in flight. */
  record Drain(List<String> appliances, int withinMillis) implements Message {
    public Drain {
      appliances = List.copyOf(appliances);
    }
  }

  // ---- reports

  /** What the guest tells; acknowledged once it is on the appliance's disk. */
  record Reports(long sequence, List<Report> reports) implements Message {
    public Reports {
      reports = List.copyOf(reports);
    }
  }

  /** All reports up to and including this sequence are on disk. */
  record ReportsStored(long sequence) implements Message {}

  // ---- identity

  /**
   * The only message a client without a certificate may send, instead of {@link Hello}.
   *
   * @param token the one-time token
   * @param request PKCS #10 certificate request, DER
   */
  record Enrol(String token, String host, ByteBuffer request) implements Message {}

  /** Asks for a new certificate on an open session. */
  record Renew(ByteBuffer request) implements Message {}

  /**
   * The certificate for {@link Enrol} or {@link Renew}.
   *
   * @param chain X.509 certificates, DER, the guest's first and the authority's last
   */
  record Enrolled(String guest, List<ByteBuffer> chain) implements Message {
    public Enrolled {
      chain = List.copyOf(chain);
    }
  }
}
