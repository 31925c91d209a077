// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.identity;

import io.lazaret.appliance.ledger.CertificateRow;
import io.lazaret.appliance.ledger.EnrolledRow;
import io.lazaret.appliance.ledger.Event;
import io.lazaret.appliance.ledger.EventKind;
import io.lazaret.appliance.ledger.Fingerprint;
import io.lazaret.appliance.ledger.GuestRow;
import io.lazaret.appliance.ledger.IssuedRow;
import io.lazaret.appliance.ledger.Ledger;
import io.lazaret.appliance.metrics.Metric;
import io.lazaret.appliance.metrics.Metrics;
import io.lazaret.protocol.Refusal;
import io.lazaret.protocol.tls.EnrolmentToken;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Exchanges a token and a certificate request for a certificate, and an old one for a new one. */
public final class Enrolment {
  private static final Logger log = LoggerFactory.getLogger(Enrolment.class);

  /** Enrolments and renewals at once; each is a signature to verify and one to make. */
  private static final int AT_ONCE = 128;

  private final Ledger ledger;
  private final CertificateAuthority authority;
  private final Guests guests;
  private final Metrics metrics;
  private final InstantSource clock;
  private final Duration validity;
  private final EnrolmentRate rate;

  /**
   * @param validity of a guest's certificate
   * @param perMinute most enrolments from one address in a minute
   */
  public Enrolment(
      Ledger ledger,
      CertificateAuthority authority,
      Guests guests,
      Metrics metrics,
      InstantSource clock,
      Duration validity,
      int perMinute) {
    this.ledger = ledger;
    this.authority = authority;
    this.guests = guests;
    this.metrics = metrics;
    this.clock = clock;
    this.validity = validity;
    rate = new EnrolmentRate(clock, perMinute, AT_ONCE);
  }

  /**
   * Makes a guest of whoever has a token. Never blocks; does not end exceptionally.
   *
   * @param token the token's text, or its secret alone
   * @param host what the guest calls itself
   * @param request PKCS #10, DER
   * @param address where it comes from
   */
  public CompletableFuture<Result> enrol(
      String token, String host, byte[] request, String address) {
    if (!rate.enter(address)) {
      return refused(Refusal.LIMIT_EXCEEDED, "too many enrolments", host, address);
    }
    return CompletableFuture.supplyAsync(() -> check(request), Thread::startVirtualThread)
        .thenCompose(checked -> enrolChecked(token, host, checked, address))
        .exceptionallyCompose(failure -> {
          log.error("enrolment failed address={} cause={}", address, failure.toString());
          return refused(Refusal.INTERNAL, "the ledger cannot be used", host, address);
        })
        .whenComplete((result, failure) -> rate.leave());
  }

  /**
   * Makes the next certificate of a guest that is here with one that counts.
   *
   * @param session the certificate that its session was opened with: it goes on counting until the
   *     next renewal, in case the answer is lost; all others of the guest end
   */
  public CompletableFuture<Result> renew(Guest guest, Credential session, byte[] request) {
    if (!rate.enter("guest " + guest.id())) {
      return renewalRefused(Refusal.LIMIT_EXCEEDED, "too many renewals");
    }
    return CompletableFuture.supplyAsync(() -> check(request), Thread::startVirtualThread)
        .thenCompose(checked -> renewChecked(guest, session, checked))
        .exceptionallyCompose(failure -> {
          log.error("renewal failed guest={} cause={}", guest.name(), failure.toString());
          return renewalRefused(Refusal.INTERNAL, "the ledger cannot be used");
        })
        .whenComplete((result, failure) -> rate.leave());
  }

  private CompletableFuture<Result> enrolChecked(
      String token, String host, Checked checked, String address) {
    return switch (checked) {
      case Checked.Bad(String why) -> refused(Refusal.CSR_INVALID, why, host, address);
      case Checked.Good(GuestRequest good) -> {
        Optional<String> secret = secret(token);
        yield secret.isEmpty()
            ? refused(Refusal.TOKEN_INVALID, "not a token of this appliance", host, address)
            : ledger
                .identities()
                .enrol(
                    EnrolmentTokens.hash(secret.get()), Names.ofHost(host), row -> issue(good, row))
                .thenCompose(row ->
                    row.isEmpty()
                        ? refused(
                            Refusal.TOKEN_INVALID,
                            "unknown, used, expired or revoked",
                            host,
                            address)
                        : enrolled(row.get(), host, address));
      }
    };
  }

  private CompletableFuture<Result> renewChecked(Guest guest, Credential session, Checked checked) {
    if (!guests.isOnRecord(session.fingerprint(), guest.id())) {
      return renewalRefused(Refusal.CERTIFICATE_REVOKED, "revoked or replaced");
    }
    return switch (checked) {
      case Checked.Bad(String why) -> renewalRefused(Refusal.CSR_INVALID, why);
      case Checked.Good(GuestRequest good) -> renewLive(guest, good, session.fingerprint());
    };
  }

  private CompletableFuture<Result> renewLive(
      Guest guest, GuestRequest request, Fingerprint session) {
    X509Certificate certificate =
        authority.signGuest(request.key(), guest.name(), guest.tenant().name(), validity);
    CertificateRow row = row(certificate, guest.id());
    return ledger
        .identities()
        .renew(row, session)
        .thenCompose(kept -> {
          if (!kept || !guests.renewed(row, session)) {
            return renewalRefused(Refusal.CERTIFICATE_REVOKED, "the guest was revoked");
          }
          metrics.count(Metric.RENEWALS, "renewed");
          log.info("certificate renewed guest={} until={}", guest.name(), row.expires());
          Result result = new Result.Issued(guest, authority.chain(certificate), credential(row));
          return audit(EventKind.RENEWED, guest.id(), guest.name(), "serial=" + row.serial())
              .thenApply(ignored -> result);
        });
  }

  private CompletableFuture<Result> enrolled(EnrolledRow row, String host, String address) {
    Guest guest = guests.enrolled(row.guest(), row.issued().certificate());
    metrics.count(Metric.ENROLMENTS, "enrolled");
    log.info(
        "guest enrolled guest={} tenant={} host={} address={}",
        guest.name(),
        guest.tenant().name(),
        Names.ofHost(host),
        address);
    String detail =
        "tenant="
            + guest.tenant().name()
            + " token="
            + row.token()
            + " serial="
            + row.issued().certificate().serial()
            + " host="
            + Names.ofHost(host)
            + " address="
            + address;
    Result result =
        new Result.Issued(guest, row.issued().chain(), credential(row.issued().certificate()));
    return audit(EventKind.ENROLLED, guest.id(), guest.name(), detail).thenApply(ignored -> result);
  }

  private CompletableFuture<Result> refused(
      Refusal code, String detail, String host, String address) {
    metrics.count(Metric.ENROLMENTS, code.name().toLowerCase(Locale.ROOT));
    log.info("enrolment refused code={} address={} cause={}", code, address, detail);
    Result result = new Result.Refused(code, detail);
    if (code == Refusal.LIMIT_EXCEEDED || code == Refusal.INTERNAL) {
      return CompletableFuture.completedFuture(result);
    }
    return audit(
            EventKind.ENROLMENT_REFUSED,
            Event.STRANGER,
            code.name(),
            "host=" + Names.ofHost(host) + " address=" + address + " cause=" + detail)
        .handle((ignored, failure) -> result);
  }

  private CompletableFuture<Result> renewalRefused(Refusal code, String detail) {
    metrics.count(Metric.RENEWALS, code.name().toLowerCase(Locale.ROOT));
    return CompletableFuture.completedFuture(new Result.Refused(code, detail));
  }

  private CompletableFuture<Void> audit(EventKind kind, long guest, String what, String detail) {
    return ledger.events().append(Event.of(clock.instant(), kind, guest, what, detail));
  }

  private IssuedRow issue(GuestRequest request, GuestRow guest) {
    X509Certificate certificate =
        authority.signGuest(request.key(), guest.name(), guest.tenantName(), validity);
    return new IssuedRow(row(certificate, guest.id()), authority.chain(certificate));
  }

  private static CertificateRow row(X509Certificate certificate, long guest) {
    return new CertificateRow(
        Guests.fingerprint(certificate),
        certificate.getSerialNumber().toString(16),
        guest,
        certificate.getNotAfter().toInstant());
  }

  private static Credential credential(CertificateRow row) {
    return new Credential(row.fingerprint(), row.expires());
  }

  private Optional<String> secret(String token) {
    try {
      if (token.indexOf('.') < 0) {
        return Optional.of(token);
      }
      EnrolmentToken parsed = EnrolmentToken.parse(token);
      return parsed.isFor(authority.certificate())
          ? Optional.of(parsed.secret())
          : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static Checked check(byte[] request) {
    try {
      return new Checked.Good(GuestRequest.parse(request));
    } catch (InvalidRequestException e) {
      return new Checked.Bad(String.valueOf(e.getMessage()));
    }
  }

  /** What the look at a request found. */
  private sealed interface Checked {
    record Good(GuestRequest request) implements Checked {}

    record Bad(String why) implements Checked {}
  }

  /** What became of a request for a certificate. */
  public sealed interface Result {
    /**
     * Here it is.
     *
     * @param chain X.509, DER, the guest's first and the authority's last
     * @param credential what a session with it stands on
     */
    record Issued(Guest guest, List<byte[]> chain, Credential credential) implements Result {}

    /** There is none. */
    record Refused(Refusal code, String detail) implements Result {}
  }
}
