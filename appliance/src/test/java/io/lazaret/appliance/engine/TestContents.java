// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import io.lazaret.protocol.ContentHash;
import io.lazaret.protocol.ContentKey;
import io.lazaret.protocol.Lane;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Contents whose verdict is known, and requests for them. */
final class TestContents {
  private TestContents() {}

  /** In pieces, so that a scanner on somebody's machine does not eat this file. */
  static byte[] eicar() {
    return String.join(
            "", "X5O!P%@AP[4\\PZX54(P^)7CC)7}$", "EICAR-STANDARD-", "ANTIVIRUS-TEST-FILE!$H+H*")
        .getBytes(StandardCharsets.US_ASCII);
  }

  static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static byte[] zip(int empties, byte[] last) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      for (int i = 0; i < empties; i++) {
        zip.putNextEntry(new ZipEntry("file" + i + ".txt"));
        zip.write(text("harmless " + i));
        zip.closeEntry();
      }
      zip.putNextEntry(new ZipEntry("last.com"));
      zip.write(last);
      zip.closeEntry();
    }
    return out.toByteArray();
  }

  static ContentKey key(byte[] content) {
    try {
      return new ContentKey(
          ContentHash.of(MessageDigest.getInstance("SHA-256").digest(content)), content.length);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  static ScanRequest request(byte[] content, Duration within) {
    return new ScanRequest(
        Lane.OPEN,
        1,
        1,
        key(content),
        () -> new ByteArrayInputStream(content),
        System.nanoTime() + within.toNanos());
  }

  static ScanRequest request(Lane lane, int tenant, long guest, long deadlineNanos) {
    byte[] content = text("content");
    return new ScanRequest(
        lane, tenant, guest, key(content), () -> new ByteArrayInputStream(content), deadlineNanos);
  }
}
