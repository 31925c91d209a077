// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.admin;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.lazaret.appliance.metrics.Metric;
import io.lazaret.appliance.metrics.Metrics;
import io.lazaret.protocol.policy.PolicyDocument;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The admin port. {@code /api} needs the credential, also on loopback; {@code /metrics} and {@code
 * /health} do not: they show figures and states, never names, paths or hashes of guests.
 */
public final class AdminServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(AdminServer.class);
  private static final String JSON = "application/json";
  private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

  /** A policy in JSON, where a character may take two. */
  private static final int POLICY_BYTES = 2 * PolicyDocument.MOST_BYTES + 4_096;

  private final AdminSettings settings;
  private final AdminToken token;
  private final AdminApi api;
  private final Metrics metrics;
  private final List<HealthCheck> checks;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Semaphore atOnce;

  public AdminServer(
      AdminSettings settings,
      AdminToken token,
      AdminApi api,
      Metrics metrics,
      List<HealthCheck> checks)
      throws IOException {
    this.settings = settings;
    this.token = token;
    this.api = api;
    this.metrics = metrics;
    this.checks = List.copyOf(checks);
    for (HealthCheck check : checks) {
      metrics.gauge(Metric.HEALTHY, () -> check.problem().get().isEmpty() ? 1 : 0, check.name());
    }
    atOnce = new Semaphore(settings.requests());
    limitTheJdksServer();
    try {
      server = HttpServer.create(settings.address(), 64);
    } catch (IOException e) {
      throw new IOException(
          "admin address: " + settings.address() + " (expected: free and ours): " + e.getMessage(),
          e);
    }
    server.setExecutor(threads);
    server.createContext("/", this::handle);
  }

  /** Begins to answer. */
  public void start() {
    server.start();
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return server.getAddress();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  /** The JDK's server takes its bounds from properties, read when the first server is made. */
  private void limitTheJdksServer() {
    String seconds = Long.toString(Math.max(1, settings.timeout().toSeconds()));
    Map<String, String> bounds =
        Map.of(
            "sun.net.httpserver.maxReqTime", seconds,
            "sun.net.httpserver.maxReqHeaders", "64",
            "sun.net.httpserver.maxReqHeaderSize", "16384",
            "sun.net.httpserver.idleInterval", "30",
            "jdk.httpserver.maxConnections", Integer.toString(settings.requests() * 4));
    bounds.forEach((name, value) -> {
      if (System.getProperty(name) == null) {
        System.setProperty(name, value);
      }
    });
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      if (!atOnce.tryAcquire()) {
        exchange.getResponseHeaders().set("Retry-After", "1");
        answer(exchange, ApiAnswer.error(503, "busy"));
        return;
      }
      try {
        handleWithin(exchange);
      } finally {
        atOnce.release();
      }
    } catch (RuntimeException e) {
      log.error("admin request broke path={}", exchange.getRequestURI().getPath(), e);
      throw e;
    }
  }

  private void handleWithin(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getRawPath();
    switch (path) {
      case "/metrics" -> {
        if (isGet(exchange)) {
          send(exchange, 200, PROMETHEUS, metrics.scrape());
        }
      }
      case "/health" -> {
        if (isGet(exchange)) {
          answer(exchange, health());
        }
      }
      default -> {
        if (path.startsWith("/api/")) {
          api(exchange, path.substring("/api/".length()));
        } else {
          answer(exchange, ApiAnswer.error(404, "unknown (expected: /metrics, /health or /api)"));
        }
      }
    }
  }

  private void api(HttpExchange exchange, String path) throws IOException {
    String authorization = exchange.getRequestHeaders().getFirst("Authorization");
    if (authorization == null || !token.isIn(authorization)) {
      exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer");
      answer(exchange, ApiAnswer.error(401, "credential: missing or wrong"));
      return;
    }
    Optional<Map<String, String>> values = values(exchange);
    if (values.isPresent()) {
      List<String> parts = Arrays.stream(path.split("/")).map(AdminServer::decode).toList();
      ApiRequest request = new ApiRequest(exchange.getRequestMethod(), parts, values.get());
      answer(exchange, ask(request));
    }
  }

  private ApiAnswer ask(ApiRequest request) {
    // New signatures take as long as the engine takes to load them.
    long seconds =
        request.route().equals("POST signatures/*")
            ? 330
            : Math.max(1, settings.timeout().toSeconds());
    try {
      return api.answer(request).get(seconds, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      return ApiAnswer.error(503, "no answer within " + seconds + " s");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return ApiAnswer.error(503, "shutting down");
    } catch (ExecutionException e) {
      log.error("admin request failed route={} cause={}", request.route(), e.toString());
      return ApiAnswer.error(500, "failed");
    }
  }

  private ApiAnswer health() {
    ObjectNode components = ApiAnswer.object();
    boolean healthy = true;
    for (HealthCheck check : checks) {
      String problem = check.problem().get();
      healthy &= problem.isEmpty();
      components.put(check.name(), problem.isEmpty() ? "ok" : problem);
    }
    ObjectNode body = ApiAnswer.object().put("healthy", healthy);
    body.set("components", components);
    return new ApiAnswer(healthy ? 200 : 503, body);
  }

  /** The fields of the query or of the body; none when the request was answered already. */
  private Optional<Map<String, String>> values(HttpExchange exchange) throws IOException {
    Map<String, String> values = new HashMap<>();
    String query = exchange.getRequestURI().getRawQuery();
    for (String pair : query == null ? new String[0] : query.split("&")) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        values.put(decode(pair.substring(0, equals)), decode(pair.substring(equals + 1)));
      }
    }
    boolean policy = exchange.getRequestURI().getRawPath().equals("/api/policies");
    int most = policy ? Math.max(settings.bodyBytes(), POLICY_BYTES) : settings.bodyBytes();
    byte[] body = exchange.getRequestBody().readNBytes(most + 1);
    if (body.length > most) {
      answer(exchange, ApiAnswer.error(413, "body: longer than " + most));
      return Optional.empty();
    }
    if (body.length > 0) {
      try {
        JsonNode node = ApiAnswer.JSON.readTree(body);
        if (!node.isObject()) {
          answer(exchange, ApiAnswer.error(400, "body: (expected: a JSON object)"));
          return Optional.empty();
        }
        node.properties().forEach(field -> values.put(field.getKey(), field.getValue().asText()));
      } catch (JacksonException e) {
        answer(exchange, ApiAnswer.error(400, "body: not JSON"));
        return Optional.empty();
      }
    }
    return Optional.of(values);
  }

  private boolean isGet(HttpExchange exchange) throws IOException {
    if (exchange.getRequestMethod().equals("GET")) {
      return true;
    }
    answer(exchange, ApiAnswer.error(405, "method (expected: GET)"));
    return false;
  }

  private void answer(HttpExchange exchange, ApiAnswer answer) throws IOException {
    send(exchange, answer.status(), JSON, ApiAnswer.write(answer.body()) + "\n");
  }

  private void send(HttpExchange exchange, int status, String type, String text)
      throws IOException {
    metrics.count(Metric.ADMIN_REQUESTS, Integer.toString(status));
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.getResponseHeaders().set("Cache-Control", "no-store");
    exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
    exchange.sendResponseHeaders(status, bytes.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(bytes);
    }
  }

  private static String decode(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return text;
    }
  }
}
