// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol.policy;

import io.lazaret.protocol.Message.PolicyPart;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Puts the parts of one policy together, in their order, within {@link PolicyDocument#MOST_BYTES};
 * used by one thread.
 */
public final class PolicyAssembly {
  /** All parts of one version. */
  public record Whole(long version, ByteBuffer bytes) {}

  private ByteBuffer gathered = ByteBuffer.allocate(0);
  private long version;
  private int parts;
  private int next;

  /**
   * Takes a part; gives the whole with the last one.
   *
   * @throws PolicyException when the part does not follow the one before, or all are too long;
   *     parts up to the next part 0 are refused, too
   */
  public Optional<Whole> add(PolicyPart part) throws PolicyException {
    if (part.part() == 0) {
      begin(part);
    }
    boolean follows = part.part() == next && part.version() == version && part.parts() == parts;
    if (!follows) {
      int expected = next;
      parts = 0;
      throw new PolicyException(
          "policy part: "
              + part.part()
              + " of version "
              + part.version()
              + " (expected: part "
              + expected
              + " of version "
              + version
              + ")");
    }
    ByteBuffer bytes = part.bytes().duplicate();
    if (bytes.remaining() > PolicyDocument.MOST_BYTES - gathered.position()) {
      parts = 0;
      gathered = ByteBuffer.allocate(0);
      throw new PolicyException(
          "policy: too long (expected: at most " + PolicyDocument.MOST_BYTES + " bytes)");
    }
    if (gathered.remaining() < bytes.remaining()) {
      gathered =
          ByteBuffer.allocate(
                  Math.max(gathered.position() * 2, gathered.position() + bytes.remaining()))
              .put(gathered.flip());
    }
    gathered.put(bytes);
    next++;
    if (next < parts) {
      return Optional.empty();
    }
    ByteBuffer whole = gathered.flip();
    gathered = ByteBuffer.allocate(0);
    parts = 0;
    return Optional.of(new Whole(version, whole));
  }

  private void begin(PolicyPart part) {
    gathered = ByteBuffer.allocate(0);
    version = part.version();
    parts = part.parts();
    next = 0;
  }
}
