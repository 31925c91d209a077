// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.admin;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/** The API of an appliance that runs, over HTTP. */
public final class AdminClient implements Api {
  private static final Duration CONNECT = Duration.ofSeconds(3);
  private static final Duration ANSWER = Duration.ofMinutes(6);

  private final HttpClient http = HttpClient.newBuilder().connectTimeout(CONNECT).build();
  private final String base;
  private final AdminToken token;

  public AdminClient(String host, int port, AdminToken token) {
    String shown = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    this.base = "http://" + shown + ":" + port;
    this.token = token;
  }

  /** The health page: status 200 or 503, and its text. */
  public ApiAnswer health() throws ApiException {
    return send(HttpRequest.newBuilder(URI.create(base + "/health")).GET());
  }

  /** One figure without labels from the metrics page; none when it is not there. */
  public OptionalDouble figure(String name) throws ApiException {
    return text(HttpRequest.newBuilder(URI.create(base + "/metrics")).GET())
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
        .findFirst();
  }

  @Override
  public ApiAnswer call(String method, String path, Map<String, String> values)
      throws ApiException {
    String encoded =
        Arrays.stream(path.split("/")).map(AdminClient::encode).collect(Collectors.joining("/"));
    boolean inBody = method.equals("POST");
    String query =
        inBody || values.isEmpty()
            ? ""
            : values.entrySet().stream()
                .map(entry -> encode(entry.getKey()) + "=" + encode(entry.getValue()))
                .collect(Collectors.joining("&", "?", ""));
    ObjectNode body = ApiAnswer.object();
    values.forEach(body::put);
    return send(
        HttpRequest.newBuilder(URI.create(base + "/api" + encoded + query))
            .header("Authorization", token.header())
            .method(
                method,
                inBody
                    ? HttpRequest.BodyPublishers.ofString(ApiAnswer.write(body))
                    : HttpRequest.BodyPublishers.noBody()));
  }

  @Override
  public void close() {
    http.close();
  }

  private ApiAnswer send(HttpRequest.Builder request) throws ApiException {
    HttpResponse<String> response = exchange(request);
    try {
      JsonNode node = ApiAnswer.JSON.readTree(response.body());
      if (node instanceof ObjectNode object) {
        return new ApiAnswer(response.statusCode(), object);
      }
      throw new ApiException(base + ": answered with something else than an object");
    } catch (JacksonException e) {
      throw new ApiException(base + ": answered with something else than JSON", e);
    }
  }

  private String text(HttpRequest.Builder request) throws ApiException {
    return exchange(request).body();
  }

  private HttpResponse<String> exchange(HttpRequest.Builder request) throws ApiException {
    try {
      return http.send(request.timeout(ANSWER).build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new ApiException(base + ": " + (e.getMessage() == null ? e : e.getMessage()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ApiException("interrupted", e);
    }
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
