// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.sizing;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How many scans of other guests began while each scan of one lane waited for the engine: the
 * appliance's own counts, which no busy processor changes.
 *
 * @param none scans that began before any other that came later or waited
 * @param more scans that more than two others overtook
 */
record QueueTurns(long none, long one, long two, long more) {
  static final QueueTurns ZERO = new QueueTurns(0, 0, 0, 0);

  /** What the appliance has counted since its start. */
  static QueueTurns read(InetSocketAddress admin, String lane)
      throws IOException, InterruptedException {
    URI uri = URI.create("http://" + admin.getHostString() + ":" + admin.getPort() + "/metrics");
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpResponse<String> answer =
          http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() != 200) {
        throw new IOException(uri + ": " + answer.statusCode() + " (expected: 200)");
      }
      return parse(answer.body(), lane);
    }
  }

  static QueueTurns parse(String metrics, String lane) {
    return new QueueTurns(
        count(metrics, lane, "0"),
        count(metrics, lane, "1"),
        count(metrics, lane, "2"),
        count(metrics, lane, "more"));
  }

  private static long count(String metrics, String lane, String overtaken) {
    Matcher line =
        Pattern.compile(
                "^lazaret_queue_turns_total\\{lane=\"%s\",overtaken=\"%s\"} (\\S+)$"
                    .formatted(lane.toLowerCase(Locale.ROOT), overtaken),
                Pattern.MULTILINE)
            .matcher(metrics);
    return line.find() ? (long) Double.parseDouble(line.group(1)) : 0;
  }

  QueueTurns plus(QueueTurns other) {
    return new QueueTurns(none + other.none, one + other.one, two + other.two, more + other.more);
  }

  QueueTurns minus(QueueTurns other) {
    return new QueueTurns(none - other.none, one - other.one, two - other.two, more - other.more);
  }

  String toJson() {
    return "{\"0\":%d,\"1\":%d,\"2\":%d,\"more\":%d}".formatted(none, one, two, more);
  }
}
