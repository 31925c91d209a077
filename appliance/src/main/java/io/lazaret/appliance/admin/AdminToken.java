// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.admin;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;

/** The credential of the admin port: 32 random bytes in a file that only its owner can read. */
public final class AdminToken {
  private static final int SHORTEST = 32;

  private final byte[] secret;

  private AdminToken(String secret) {
    this.secret = secret.getBytes(StandardCharsets.US_ASCII);
  }

  /** Reads the file, or makes it when there is none. */
  public static AdminToken open(Path file) throws IOException {
    return Files.exists(file) ? read(file) : create(file);
  }

  /** Makes a new one; the file must not exist. */
  public static AdminToken create(Path file) throws IOException {
    byte[] random = new byte[32];
    new SecureRandom().nextBytes(random);
    String secret = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(file, secret + "\n");
    return new AdminToken(secret);
  }

  /** Reads the one that {@link #create} made. */
  public static AdminToken read(Path file) throws IOException {
    String secret = Files.readString(file, StandardCharsets.US_ASCII).strip();
    if (secret.length() < SHORTEST) {
      throw new IOException(
          file + ": " + secret.length() + " characters (expected: at least " + SHORTEST + ")");
    }
    return new AdminToken(secret);
  }

  /** Whether a request's Authorization header carries it; takes the same time for any wrong one. */
  boolean isIn(String header) {
    byte[] expected = header().getBytes(StandardCharsets.UTF_8);
    return MessageDigest.isEqual(expected, header.getBytes(StandardCharsets.UTF_8));
  }

  /** The Authorization header's value. */
  String header() {
    return "Bearer " + new String(secret, StandardCharsets.US_ASCII);
  }
}
