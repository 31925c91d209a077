// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.appliance.engine.EngineStatus;
import io.lazaret.appliance.engine.SignatureChange;
import io.lazaret.appliance.fleet.Policies;
import io.lazaret.appliance.fleet.ScanOrders;
import io.lazaret.appliance.fleet.ScanSettings;
import io.lazaret.appliance.identity.CertificateAuthority;
import io.lazaret.appliance.identity.EnrolmentTokens;
import io.lazaret.appliance.identity.Guests;
import io.lazaret.appliance.ledger.Ledger;
import io.lazaret.appliance.ledger.LedgerLimits;
import io.lazaret.appliance.ledger.StoredVerdict;
import io.lazaret.appliance.metrics.Costs;
import io.lazaret.appliance.metrics.Metrics;
import io.lazaret.appliance.verdict.Push;
import io.lazaret.protocol.Access;
import io.lazaret.protocol.ContentHash;
import io.lazaret.protocol.ContentKey;
import io.lazaret.protocol.Lane;
import io.lazaret.protocol.Verdict;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests {@link AdminServer} and {@link AdminClient} against each other, over HTTP. */
class AdminServerTest implements Controls {
  @TempDir private Path directory;
  private final Metrics metrics = new Metrics();
  private final Costs costs = new Costs(InstantSource.system());
  private final List<ContentKey> forgotten = new ArrayList<>();
  private volatile String problem = "";
  private volatile CountDownLatch blocked = new CountDownLatch(0);
  private volatile CountDownLatch release = new CountDownLatch(0);
  private Ledger ledger;
  private AdminServer server;
  private AdminClient client;
  private String token = "";

  @BeforeEach
  void open() throws IOException {
    InstantSource clock = InstantSource.system();
    CertificateAuthority authority =
        CertificateAuthority.create(directory.resolve("ca"), "test", "::1", clock);
    ledger = Ledger.open(directory.resolve("ledger.db"), LedgerLimits.DEFAULT, metrics);
    Guests guests = Guests.load(ledger, metrics, clock, false);
    EnrolmentTokens tokens = new EnrolmentTokens(ledger, authority.certificate(), metrics, clock);
    Push push = Push.NOBODY;
    AdminToken credential = AdminToken.create(directory.resolve("admin.token"));
    token = Files.readString(directory.resolve("admin.token")).strip();
    server =
        new AdminServer(
            new AdminSettings(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                8,
                Duration.ofSeconds(10),
                1_024),
            credential,
            new AdminApi(
                ledger,
                guests,
                tokens,
                Policies.load(ledger, guests, push, _ -> false, metrics, clock, 1 << 20),
                ScanOrders.load(
                    ledger,
                    guests,
                    push,
                    _ -> false,
                    new ScanSettings(10, Duration.ofMinutes(2)),
                    metrics,
                    clock),
                metrics,
                clock,
                Optional.of(this)),
            metrics,
            List.of(
                new HealthCheck("engine", this::problemNow), new HealthCheck("ledger", () -> "")));
    server.start();
    client = new AdminClient("127.0.0.1", server.address().getPort(), credential);
  }

  @AfterEach
  void close() {
    client.close();
    server.close();
    ledger.close();
    metrics.close();
  }

  @Test
  void theApiNeedsTheCredentialOnLoopbackToo() throws Exception {
    assertEquals(401, get("/api/guests", "").statusCode());
    assertEquals(401, get("/api/guests", "Bearer wrong").statusCode());
    assertEquals(401, get("/api/guests", "Bearer " + token + "x").statusCode());
    assertEquals(200, get("/api/guests", "Bearer " + token).statusCode());
  }

  @Test
  void metricsAndHealthNeedNone() throws Exception {
    HttpResponse<String> shown = get("/metrics", "");
    assertEquals(200, shown.statusCode());
    assertTrue(shown.body().contains("lazaret_ledger_queue"), shown.body());
    assertEquals(
        "{\"healthy\":true,\"components\":{\"engine\":\"ok\",\"ledger\":\"ok\"}}\n",
        get("/health", "").body());
  }

  @Test
  void oneProblemMakesItAllUnhealthy() throws Exception {
    problem = "engine: no signatures";
    HttpResponse<String> health = get("/health", "");
    assertEquals(503, health.statusCode());
    assertTrue(health.body().contains("\"engine\":\"engine: no signatures\""), health.body());
    assertFalse(client.health().isOk());
  }

  @Test
  void aTokenIsMadeAndListedAndRevoked() throws Exception {
    ApiAnswer made = client.call("POST", "/tokens", Map.of("tenant", "red", "valid", "5m"));
    assertTrue(made.text("token").startsWith("lz1."), made::toString);
    ApiAnswer list = client.call("GET", "/tokens", Map.of());
    assertEquals(1, list.size());
    assertTrue(list.json().contains("\"tenant\":\"red\""), list::json);
    assertTrue(client.call("DELETE", "/tokens/1", Map.of()).isOk());
    assertEquals(404, client.call("DELETE", "/tokens/1", Map.of()).status());
  }

  @Test
  void aVerdictIsShownAndForgottenInMemoryToo() throws Exception {
    ContentKey key = new ContentKey(new ContentHash(1, 2, 3, 4), 5);
    ledger
        .verdicts()
        .save(new StoredVerdict(1, key, new Verdict.Infected("Bad"), 7, Instant.EPOCH))
        .join();
    ledger.exposures().note(1, key.hash(), 9, "/home/a");
    ApiAnswer who = client.call("GET", "/threats/" + key.hash(), Map.of());
    assertTrue(who.json().contains("\"path\":\"/home/a\""), who::json);
    assertEquals(1, client.call("GET", "/threats", Map.of()).size());
    assertEquals("1", client.call("DELETE", "/verdicts/" + key.hash(), Map.of()).text("forgotten"));
    assertEquals(List.of(key), forgotten);
    assertEquals(0, client.call("GET", "/verdicts/" + key.hash(), Map.of()).size());
  }

  @Test
  void wrongQuestionsAreAnsweredAsSuch() throws Exception {
    assertEquals(400, client.call("GET", "/verdicts/xyz", Map.of()).status());
    assertEquals(400, client.call("GET", "/events", Map.of("kind", "nonsense")).status());
    assertEquals(400, client.call("GET", "/events", Map.of("limit", "1000000")).status());
    assertEquals(400, client.call("POST", "/signatures/dance", Map.of()).status());
    assertEquals(404, client.call("GET", "/nothing", Map.of()).status());
    assertEquals(404, client.call("GET", "/guests/nobody", Map.of()).status());
    assertEquals(404, get("/", "").statusCode());
    assertEquals(413, client.call("POST", "/tokens", Map.of("tenant", "x".repeat(2_000))).status());
  }

  @Test
  void overTheBoundARequestIsToldToComeBack() throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpRequest health =
          HttpRequest.newBuilder(
                  URI.create("http://127.0.0.1:" + server.address().getPort() + "/health"))
              .build();
      blocked = new CountDownLatch(8);
      release = new CountDownLatch(1);
      List<CompletableFuture<HttpResponse<String>>> slow = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        slow.add(http.sendAsync(health, HttpResponse.BodyHandlers.ofString()));
      }
      assertTrue(blocked.await(30, TimeUnit.SECONDS));
      HttpResponse<String> refused = get("/metrics", "");
      assertEquals(503, refused.statusCode());
      assertEquals("1", refused.headers().firstValue("Retry-After").orElse(""));
      release.countDown();
      for (CompletableFuture<HttpResponse<String>> answer : slow) {
        assertEquals(200, answer.get(30, TimeUnit.SECONDS).statusCode());
      }
    }
    assertEquals(200, get("/metrics", "").statusCode());
  }

  private String problemNow() {
    blocked.countDown();
    try {
      release.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return problem;
  }

  @Test
  void signaturesAreReloadedAndARefusalIsSaid() throws Exception {
    assertEquals("8", client.call("POST", "/signatures/reload", Map.of()).text("generation"));
    ApiAnswer refused = client.call("POST", "/signatures/rollback", Map.of());
    assertEquals(409, refused.status());
    assertEquals("nothing to go back to", refused.error());
    assertEquals("3", client.call("GET", "/signatures", Map.of()).text("epoch"));
  }

  @Override
  public List<LiveSession> sessions() {
    return List.of();
  }

  @Override
  public EngineStatus engine() {
    return new EngineStatus(true, 3, "ClamAV", 8, Instant.EPOCH, Instant.EPOCH, "");
  }

  @Test
  void topShowsWhatCostsMost() throws Exception {
    Access big = access(1, 3_000_000, "/home/a/big.iso", "/usr/bin/cp");
    Access small = access(2, 1_000_000, "/etc/small", "/usr/bin/vi");
    costs.received("vm1", big);
    costs.received("vm2", small);
    costs.scanned("vm2", small, 1_500_000_000);
    ApiAnswer files = client.call("GET", "/top/files", Map.of("by", "bytes"));
    assertEquals(
        "[\n{\"bytes\":3000000,\"share\":\"75.0%\",\"hash\":\""
            + big.content().hash()
            + "\",\"path\":\"/home/a/big.iso\"},\n"
            + "{\"bytes\":1000000,\"share\":\"25.0%\",\"hash\":\""
            + small.content().hash()
            + "\",\"path\":\"/etc/small\"}\n]",
        files.json());
    ApiAnswer guest = client.call("GET", "/top/guests", Map.of("by", "scan-time", "limit", "1"));
    assertEquals("[\n{\"seconds\":1.5,\"share\":\"100.0%\",\"guest\":\"vm2\"}\n]", guest.json());
    assertEquals(
        "4000000", client.call("GET", "/top/processes", Map.of("by", "bytes")).text("total"));
    ApiAnswer wrong = client.call("GET", "/top/files", Map.of("by", "colour"));
    assertEquals("by: colour (expected: one of asks, bytes, scan-time)", wrong.error());
    assertEquals(400, client.call("GET", "/top/tenants", Map.of()).status());
    assertEquals(401, get("/api/top/files", "").statusCode());
  }

  private static Access access(long hash, long length, String path, String process) {
    ContentKey key = new ContentKey(new ContentHash(hash, 0, 0, 0), length);
    return new Access(Lane.OPEN, key, path, process, 0, 0);
  }

  @Override
  public Map<String, Long> figures(long guest) {
    return Map.of();
  }

  @Override
  public Costs costs() {
    return costs;
  }

  @Override
  public void forget(int domain, ContentKey content) {
    forgotten.add(content);
  }

  @Override
  public CompletableFuture<SignatureChange> reload() {
    return CompletableFuture.completedFuture(new SignatureChange.Applied(8));
  }

  @Override
  public CompletableFuture<SignatureChange> rollback() {
    return CompletableFuture.completedFuture(new SignatureChange.Rejected("nothing to go back to"));
  }

  private HttpResponse<String> get(String path, String authorization)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.address().getPort() + path));
    if (!authorization.isEmpty()) {
      request.header("Authorization", authorization);
    }
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
  }
}
