// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.debt;

import io.lazaret.protocol.Report.DebtReason;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * One file whose verdict is owed.
 *
 * @param path where it was opened
 * @param user who opened it last, -1 when unknown
 * @param reason why there was no verdict the last time
 * @param sinceMillis when it was first allowed without one, in ms since 1970
 */
record Debt(Key key, String path, int user, DebtReason reason, long sinceMillis) {

  /** One file, whatever it is called and holds: it is owed for once. */
  record Key(long filesystem, long inode, long generation) {}

  private static final int OWED = 1;
  private static final int SETTLED = 2;
  private static final DebtReason[] REASONS = DebtReason.values();

  private static void write(Key key, DataOutputStream out) throws IOException {
    out.writeLong(key.filesystem());
    out.writeLong(key.inode());
    out.writeLong(key.generation());
  }

  private static Key readKey(DataInputStream in) throws IOException {
    return new Key(in.readLong(), in.readLong(), in.readLong());
  }

  /** As a record of the journal: this file is owed for. */
  byte[] owed() {
    return bytes(
        OWED,
        out -> {
          write(key, out);
          out.writeInt(user);
          out.writeByte(reason.wire());
          out.writeLong(sinceMillis);
          out.writeUTF(path);
        });
  }

  /** As a record of the journal: this file is owed for no more. */
  static byte[] settled(Key key) {
    return bytes(SETTLED, out -> write(key, out));
  }

  private interface Body {
    void write(DataOutputStream out) throws IOException;
  }

  private static byte[] bytes(int kind, Body body) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(128);
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(kind);
      body.write(out);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  /** Who reads a journal. */
  interface Reader {
    void owed(Debt debt);

    void settled(Key key);
  }

  /** Reads one record of a journal; one of another kind, which a newer agent wrote, is skipped. */
  static void read(byte[] bytes, Reader reader) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      switch (in.readByte()) {
        case OWED -> {
          Key key = readKey(in);
          int user = in.readInt();
          DebtReason reason = reason(in.readByte());
          long since = in.readLong();
          reader.owed(new Debt(key, in.readUTF(), user, reason, since));
        }
        case SETTLED -> reader.settled(readKey(in));
        default -> {}
      }
    } catch (IOException malformed) {
      throw new UncheckedIOException(malformed);
    }
  }

  private static DebtReason reason(int wire) {
    for (DebtReason reason : REASONS) {
      if (reason.wire() == wire) {
        return reason;
      }
    }
    return DebtReason.UNREADABLE;
  }
}
