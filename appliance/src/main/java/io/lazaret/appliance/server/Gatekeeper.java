// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.server;

import io.lazaret.appliance.identity.Guest;
import io.lazaret.protocol.Refusal;
import java.nio.ByteBuffer;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Who may come in; implemented over the identities. */
public interface Gatekeeper {
  /** Whether a client whose certificate our authority issued may come in. */
  sealed interface Admission {
    /** It may. */
    record Admitted(Guest guest) implements Admission {}

    /** It may not. */
    record Denied(Refusal code, String detail) implements Admission {}
  }

  /** What became of a request for a certificate. */
  sealed interface Issue {
    /** Here it is. */
    record Issued(String guest, List<ByteBuffer> chain) implements Issue {}

    /** There is none. */
    record Denied(Refusal code, String detail) implements Issue {}
  }

  /** Looks up whom a certificate belongs to; never blocks the caller. */
  CompletableFuture<Admission> admit(X509Certificate certificate);

  /** Exchanges a one-time token for a certificate. */
  CompletableFuture<Issue> enrol(String token, String host, byte[] request, String address);

  /** Makes a new certificate for a guest that is here with its present one. */
  CompletableFuture<Issue> renew(Guest guest, byte[] request);
}
