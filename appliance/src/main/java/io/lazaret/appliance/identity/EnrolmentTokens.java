// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.identity;

import io.lazaret.appliance.ledger.Event;
import io.lazaret.appliance.ledger.EventKind;
import io.lazaret.appliance.ledger.Ledger;
import io.lazaret.appliance.ledger.TokenRow;
import io.lazaret.appliance.metrics.Metric;
import io.lazaret.appliance.metrics.Metrics;
import io.lazaret.protocol.tls.EnrolmentToken;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The tokens that make guests; of each secret only a hash is kept. */
public final class EnrolmentTokens {
  /** Uses of a token for a template: as many clones as anybody makes while it is valid. */
  public static final int TEMPLATE_USES = 1_000_000;

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Duration SHORTEST = Duration.ofSeconds(1);
  private static final Duration LONGEST = Duration.ofDays(366);

  private final Ledger ledger;
  private final X509Certificate authority;
  private final Metrics metrics;
  private final InstantSource clock;

  public EnrolmentTokens(
      Ledger ledger, X509Certificate authority, Metrics metrics, InstantSource clock) {
    this.ledger = ledger;
    this.authority = authority;
    this.metrics = metrics;
    this.clock = clock;
  }

  /**
   * Makes a token; it is shown once, here. None when the guest that it names belongs to another
   * tenant.
   *
   * @param guest name of the guest that it is for; with none the guest may name itself
   * @throws IllegalArgumentException when a name or number cannot be used; says what is expected
   */
  public CompletableFuture<Optional<EnrolmentToken>> create(
      String tenant, Optional<String> guest, Duration validity, int uses) {
    Names.require("tenant", tenant);
    guest.ifPresent(name -> Names.require("guest", name));
    if (validity.compareTo(SHORTEST) < 0 || validity.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException("valid: " + validity + " (expected: 1s to 366d)");
    }
    int most = guest.isPresent() ? 1 : TEMPLATE_USES;
    if (uses < 1 || uses > most) {
      throw new IllegalArgumentException("uses: " + uses + " (expected: 1 to " + most + ")");
    }
    EnrolmentToken token = EnrolmentToken.create(authority, RANDOM);
    Instant now = clock.instant();
    return ledger
        .identities()
        .addToken(hash(token.secret()), tenant, guest, now.plus(validity), uses)
        .thenCompose(id -> {
          if (id.isEmpty()) {
            return CompletableFuture.completedFuture(Optional.empty());
          }
          metrics.count(Metric.TOKENS);
          String detail =
              "token=" + id.get() + " tenant=" + tenant + " uses=" + uses + " valid=" + validity;
          return ledger
              .events()
              .append(Event.of(now, EventKind.TOKEN_CREATED, 0, guest.orElse(""), detail))
              .thenApply(ignored -> Optional.of(token));
        });
  }

  /** All tokens, newest first, without their secrets. */
  public CompletableFuture<List<TokenRow>> list() {
    return ledger.identities().tokens();
  }

  /** Revokes a token by its number; false when there is none that is not revoked yet. */
  public CompletableFuture<Boolean> revoke(long id) {
    return ledger
        .identities()
        .revokeToken(id)
        .thenCompose(revoked ->
            revoked
                ? ledger
                    .events()
                    .append(
                        Event.of(clock.instant(), EventKind.TOKEN_REVOKED, 0, "", "token=" + id))
                    .thenApply(ignored -> true)
                : CompletableFuture.completedFuture(false));
  }

  /** What is kept of a secret; it is random enough to need no salt. */
  static byte[] hash(String secret) {
    try {
      return MessageDigest.getInstance("SHA-256")
          .digest(secret.getBytes(StandardCharsets.US_ASCII));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256: missing (expected: in every JDK)", e);
    }
  }
}
