// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** Holds the README's table of metrics to the enum; {@code -Dreadme.write=true} rewrites it. */
class MetricsReadmeTest {
  private static final Path README = Path.of("README.md");
  private static final String BEGIN = "<!-- metrics: generated from Metric.java -->\n";
  private static final String END = "<!-- metrics: end -->\n";

  @Test
  void theReadmeShowsEveryMetricAsTheEnumHasIt() throws IOException {
    String readme = Files.readString(README);
    int begin = readme.indexOf(BEGIN) + BEGIN.length();
    int end = readme.indexOf(END);
    if (Boolean.getBoolean("readme.write")) {
      Files.writeString(README, readme.substring(0, begin) + table() + readme.substring(end));
      return;
    }
    assertEquals(
        table(),
        readme.substring(begin, end),
        "appliance/README.md is older than Metric.java: run MetricsReadmeTest with"
            + " -Dreadme.write=true");
  }

  private static String kind(Metric metric) {
    return metric.kind() == Metric.Kind.TIMER
        ? "histogram"
        : metric.kind().name().toLowerCase(Locale.ROOT);
  }

  private static String table() {
    StringBuilder table =
        new StringBuilder("| metric | kind | labels | meaning |\n|---|---|---|---|\n");
    for (Metric metric : Metric.values()) {
      table
          .append("| `")
          .append(metric.prometheusName())
          .append("` | ")
          .append(kind(metric))
          .append(" | ")
          .append(String.join(", ", metric.labels()))
          .append(" | ")
          .append(metric.help())
          .append(" |\n");
    }
    return table.toString();
  }
}
