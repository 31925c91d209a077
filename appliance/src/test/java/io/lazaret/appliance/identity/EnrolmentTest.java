// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.appliance.ledger.Event;
import io.lazaret.appliance.ledger.EventKind;
import io.lazaret.appliance.ledger.EventQuery;
import io.lazaret.appliance.ledger.Ledger;
import io.lazaret.appliance.ledger.LedgerLimits;
import io.lazaret.appliance.metrics.Metrics;
import io.lazaret.protocol.Refusal;
import io.lazaret.protocol.tls.CertificateRequests;
import io.lazaret.protocol.tls.CertificateRules;
import io.lazaret.protocol.tls.EnrolmentToken;
import io.lazaret.protocol.tls.Pem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests {@link Enrolment}, {@link EnrolmentTokens} and {@link Guests} over a real ledger. */
class EnrolmentTest {
  private static final Optional<String> ANY = Optional.empty();
  private static final Duration HOUR = Duration.ofHours(1);

  @TempDir private Path directory;
  private final Metrics metrics = new Metrics();
  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.now().truncatedTo(ChronoUnit.SECONDS));
  private final List<Long> revoked = new ArrayList<>();
  private CertificateAuthority authority;
  private Ledger ledger;
  private Guests guests;
  private EnrolmentTokens tokens;
  private Enrolment enrolment;

  @BeforeEach
  void open() throws IOException {
    authority = CertificateAuthority.create(directory.resolve("ca"), "test", "::1", now::get);
    start();
  }

  @AfterEach
  void close() {
    ledger.close();
    metrics.close();
  }

  @Test
  void aTokenMakesAGuestWhoseCertificateIsOurs() throws Exception {
    Enrolment.Result.Issued issued = issued(enrol(token(ANY, 1), "Desktop_1", request()));
    assertEquals("desktop-1", issued.guest().name());
    X509Certificate certificate = certificate(issued);
    certificate.verify(authority.certificate().getPublicKey());
    CertificateRules.requireGuest(certificate);
    assertThrows(CertificateException.class, () -> CertificateRules.requireAppliance(certificate));
    assertEquals("O=default,CN=desktop-1", certificate.getSubjectX500Principal().getName());
    assertEquals(now.get().plus(Duration.ofDays(30)), certificate.getNotAfter().toInstant());
    assertEquals(Optional.of(issued.guest()), guests.find(certificate));
    assertEquals(
        List.of(EventKind.ENROLLED, EventKind.TOKEN_CREATED),
        ledger.events().list(EventQuery.newest(9)).join().stream().map(Event::kind).toList());
  }

  @Test
  void theSubjectThatTheGuestAskedForCountsForNothing() throws Exception {
    KeyPair keys = CertificateRequests.newKeyPair();
    byte[] request = CertificateRequests.create(keys, "somebody-else");
    Enrolment.Result.Issued issued = issued(enrol(token(ANY, 1), "me", request));
    assertEquals("O=default,CN=me", certificate(issued).getSubjectX500Principal().getName());
    assertEquals(keys.getPublic(), certificate(issued).getPublicKey());
  }

  @Test
  void ofManyWhoUseOneTokenAtOnceExactlyOneGetsIn() {
    String token = token(ANY, 1);
    List<CompletableFuture<Enrolment.Result>> all = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      all.add(enrolment.enrol(token, "racer", request(), "10.0.0." + i));
    }
    long in =
        all.stream()
            .map(CompletableFuture::join)
            .filter(result -> result instanceof Enrolment.Result.Issued)
            .count();
    assertEquals(1, in);
    assertEquals(1, guests.list().join().size());
  }

  @Test
  void aTokenThatIsUsedExpiredRevokedForeignOrMadeUpIsRefused() {
    String used = token(ANY, 1);
    issued(enrol(used, "a", request()));
    assertRefused(Refusal.TOKEN_INVALID, enrol(used, "b", request()));

    String withdrawn = token(ANY, 1);
    assertTrue(tokens.revoke(tokens.list().join().getFirst().id()).join());
    assertRefused(Refusal.TOKEN_INVALID, enrol(withdrawn, "b", request()));

    String expired = token(ANY, 1);
    now.set(now.get().plus(HOUR));
    assertRefused(Refusal.TOKEN_INVALID, enrol(expired, "b", request()));

    String foreign = EnrolmentToken.parse(token(ANY, 1)).secret() + "." + "A".repeat(43);
    assertRefused(Refusal.TOKEN_INVALID, enrol("lz1." + foreign, "b", request()));
    assertRefused(Refusal.TOKEN_INVALID, enrol("", "b", request()));
    assertRefused(Refusal.TOKEN_INVALID, enrol("lz1.x", "b", request()));
    assertTrue(metrics.scrape().contains("lazaret_enrolments_total{result=\"token_invalid\"} 6.0"));
  }

  @Test
  void theSecretAloneIsEnough() {
    String secret = EnrolmentToken.parse(token(ANY, 1)).secret();
    issued(enrol(secret, "a", request()));
  }

  @Test
  void aRequestThatCannotBeSignedDoesNotUseUpTheToken() throws Exception {
    String token = token(ANY, 1);
    assertRefused(Refusal.CSR_INVALID, enrol(token, "a", new byte[0]));
    assertRefused(Refusal.CSR_INVALID, enrol(token, "a", new byte[10_000]));
    byte[] changed = request();
    changed[changed.length - 3] ^= 1;
    assertRefused(Refusal.CSR_INVALID, enrol(token, "a", changed));
    issued(enrol(token, "a", request()));
  }

  @Test
  void aRequestWithAWeakKeyIsRefused() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new java.security.spec.ECGenParameterSpec("secp521r1"));
    byte[] request = CertificateRequests.create(generator.generateKeyPair(), "a");
    assertRefused(Refusal.CSR_INVALID, enrol(token(ANY, 1), "a", request));
  }

  @Test
  void aTakenNameGetsASuffixUnlessTheTokenNamesIt() {
    X509Certificate first = certificate(issued(enrol(token(ANY, 1), "vm", request())));
    String second = issued(enrol(token(ANY, 1), "vm", request())).guest().name();
    assertNotEquals("vm", second);
    assertTrue(second.startsWith("vm-"), second);
    assertTrue(guests.find(first).isPresent());
    assertTrue(revoked.isEmpty());

    Enrolment.Result.Issued again = issued(enrol(token(Optional.of("vm"), 1), "x", request()));
    assertEquals("vm", again.guest().name());
    assertTrue(guests.find(first).isEmpty());
    assertTrue(guests.find(certificate(again)).isPresent());
    assertEquals(List.of(again.guest().id()), revoked);
  }

  @Test
  void aTokenForAGuestOfAnotherTenantIsNotMade() {
    issued(enrol(token(ANY, 1), "vm", request()));
    assertTrue(tokens.create("other", Optional.of("vm"), HOUR, 1).join().isEmpty());
  }

  @Test
  void aTemplatesTokenMakesManyGuests() {
    String token = token(ANY, EnrolmentTokens.TEMPLATE_USES);
    for (int i = 0; i < 5; i++) {
      issued(enrol(token, "clone", request()));
    }
    assertEquals(5, guests.list().join().size());
    assertEquals(5, tokens.list().join().getFirst().used());
  }

  @Test
  void revocationEndsLiveSessionsAndSurvivesARestart() throws IOException {
    Enrolment.Result.Issued issued = issued(enrol(token(ANY, 1), "vm", request()));
    long id = issued.guest().id();
    assertTrue(guests.revoke(id, "test").join());
    assertEquals(List.of(id), revoked);
    assertTrue(guests.find(certificate(issued)).isEmpty());
    assertRefused(Refusal.CERTIFICATE_REVOKED, renew(issued).join());
    restart();
    assertTrue(guests.find(certificate(issued)).isEmpty());
    assertTrue(guests.list().join().getFirst().revoked().isPresent());
  }

  @Test
  void aRenewedGuestMayUseItsOldCertificateUntilItRenewsWithTheNew() throws IOException {
    Enrolment.Result.Issued first = issued(enrol(token(ANY, 1), "vm", request()));
    Enrolment.Result.Issued second = issued(renew(first).join());
    restart();
    assertTrue(guests.find(certificate(first)).isPresent());
    assertEquals(Optional.of(first.guest()), guests.find(certificate(second)));
    Enrolment.Result.Issued third = issued(renew(second).join());
    assertTrue(guests.find(certificate(first)).isEmpty());
    assertTrue(guests.find(certificate(second)).isPresent());
    assertTrue(guests.find(certificate(third)).isPresent());
  }

  @Test
  void whoeverShowsAnOlderCertificateMeanwhileChangesNothingAboutARenewal() {
    Enrolment.Result.Issued first = issued(enrol(token(ANY, 1), "vm", request()));
    Enrolment.Result.Issued second = issued(renew(first).join());
    assertTrue(guests.find(certificate(first)).isPresent()); // by a thief, as it were
    Enrolment.Result.Issued third = issued(renew(second).join());
    assertTrue(guests.find(certificate(first)).isEmpty());
    assertTrue(guests.find(certificate(second)).isPresent());
    assertTrue(guests.find(certificate(third)).isPresent());
  }

  @Test
  void aCertificateThatIsNotOnRecordAnyMoreRenewsNothing() {
    Enrolment.Result.Issued first = issued(enrol(token(ANY, 1), "vm", request()));
    Enrolment.Result.Issued second = issued(renew(first).join());
    Enrolment.Result.Issued third = issued(renew(second).join());
    assertRefused(Refusal.CERTIFICATE_REVOKED, renew(first).join());
    assertTrue(guests.find(certificate(third)).isPresent());
  }

  @Test
  void oneAddressCannotTryForEver() {
    for (int i = 0; i < 20; i++) {
      assertRefused(Refusal.TOKEN_INVALID, enrolment.enrol("x", "a", request(), "10.9.9.9").join());
    }
    Enrolment.Result over = enrolment.enrol("x", "a", request(), "10.9.9.9").join();
    assertRefused(Refusal.LIMIT_EXCEEDED, over);
    issued(enrolment.enrol(token(ANY, 1), "a", request(), "10.9.9.8").join());
    now.set(now.get().plusSeconds(60));
    issued(enrolment.enrol(token(ANY, 1), "a", request(), "10.9.9.9").join());
  }

  @Test
  void tenantsHaveTheirOwnDomainUnlessTheyShare() throws IOException {
    Guest one = issued(enrol(token("red", ANY, 1), "a", request())).guest();
    Guest two = issued(enrol(token("blue", ANY, 1), "b", request())).guest();
    assertNotEquals(one.tenant().domain(), two.tenant().domain());
    guests = Guests.load(ledger, metrics, now::get, true);
    assertEquals(
        guests.find(one.id()).orElseThrow().tenant().domain(),
        guests.find(two.id()).orElseThrow().tenant().domain());
  }

  private void start() {
    ledger = Ledger.open(directory.resolve("ledger.db"), LedgerLimits.DEFAULT, metrics, now::get);
    guests = Guests.load(ledger, metrics, now::get, false);
    guests.whenRevoked(revoked::add);
    tokens = new EnrolmentTokens(ledger, authority.certificate(), metrics, now::get);
    enrolment =
        new Enrolment(ledger, authority, guests, metrics, now::get, Duration.ofDays(30), 20);
  }

  private void restart() throws IOException {
    ledger.close();
    authority = CertificateAuthority.load(directory.resolve("ca"), now::get);
    start();
  }

  private String token(Optional<String> guest, int uses) {
    return token(Tenant.DEFAULT, guest, uses);
  }

  private String token(String tenant, Optional<String> guest, int uses) {
    return tokens.create(tenant, guest, HOUR, uses).join().orElseThrow().text();
  }

  private Enrolment.Result enrol(String token, String host, byte[] request) {
    return enrolment.enrol(token, host, request, "192.0.2.1").join();
  }

  private CompletableFuture<Enrolment.Result> renew(Enrolment.Result.Issued with) {
    return enrolment.renew(with.guest(), Credential.of(certificate(with)), request());
  }

  private static byte[] request() {
    return CertificateRequests.create(CertificateRequests.newKeyPair(), "whoever");
  }

  private static Enrolment.Result.Issued issued(Enrolment.Result result) {
    return assertInstanceOf(Enrolment.Result.Issued.class, result, result::toString);
  }

  private static X509Certificate certificate(Enrolment.Result.Issued issued) {
    try {
      return Pem.certificate(ByteBuffer.wrap(issued.chain().getFirst()));
    } catch (CertificateException e) {
      throw new AssertionError(e);
    }
  }

  private static void assertRefused(Refusal code, Enrolment.Result result) {
    Enrolment.Result.Refused refused =
        assertInstanceOf(Enrolment.Result.Refused.class, result, result::toString);
    assertEquals(code, refused.code(), refused::toString);
  }
}
