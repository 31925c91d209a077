// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds the alerts and dashboards of {@code deploy/monitoring} to the figures that there are. */
class MonitoringTest {
  private static final Path MONITORING = Path.of("../deploy/monitoring");
  private static final Pattern EXPRESSION = Pattern.compile("(?m)^ +expr: (.+)$");
  private static final Pattern ALERT = Pattern.compile("(?m)^ +- alert: (\\w+)$");
  private static final Pattern SELECTOR = Pattern.compile("([a-zA-Z_:]\\w*)?\\{([^}]*)}");
  private static final Pattern MATCHER = Pattern.compile("(\\w+)(?:=~|!~|!=|=)\"[^\"]*\"");
  private static final Pattern GROUPING =
      Pattern.compile("\\b(?:by|without|on|ignoring) *\\(([^)]*)\\)");
  private static final Pattern WORD = Pattern.compile("[a-zA-Z_:]\\w*");
  private static final Set<String> SCRAPED = Set.of("instance", "job", "le");
  private static final Set<String> LANGUAGE =
      Set.of(
          ("sum min max avg rate increase histogram_quantile avg_over_time max_over_time time and"
                  + " or unless by without on ignoring up")
              .split(" ", -1));

  /** Label names by what a sample is called. */
  private final Map<String, Set<String>> samples = samples();

  @Test
  void everyAlertAsksForFiguresThatThereAre() throws IOException {
    List<String> expressions = all(EXPRESSION, read("alerts.yml"));
    assertTrue(expressions.size() >= all(ALERT, read("alerts.yml")).size(), "one in a line");
    expressions.forEach(expression -> assertEquals(List.of(), problems(expression), expression));
  }

  @Test
  void everyDashboardAsksForFiguresThatThereAre() throws IOException {
    int asked = 0;
    for (Path dashboard : dashboards()) {
      JsonNode json = new ObjectMapper().readTree(Files.readString(dashboard));
      Set<Integer> ids = new HashSet<>();
      for (JsonNode panel : json.path("panels")) {
        assertTrue(ids.add(panel.path("id").asInt()), () -> dashboard + ": an id twice: " + panel);
        for (JsonNode target : panel.path("targets")) {
          String expression = target.path("expr").asText();
          assertEquals(List.of(), problems(expression), dashboard + ": " + expression);
          asked++;
        }
      }
      for (JsonNode variable : json.path("templating").path("list")) {
        Matcher values =
            Pattern.compile("label_values\\((\\w+), (\\w+)\\)")
                .matcher(variable.path("query").asText());
        if (values.matches()) {
          String expression = values.group(1) + "{" + values.group(2) + "=\"\"}";
          assertEquals(List.of(), problems(expression), dashboard + ": " + expression);
        }
      }
    }
    assertTrue(asked > 60, "queries found: " + asked);
  }

  @Test
  void everyAlertHasItsRunbookAndTestsThatItFiresAndDoesNot() throws IOException {
    String rules = read("alerts.yml");
    String readme = read("README.md");
    String tests = read("alerts_test.yml");
    for (String alert : all(ALERT, rules)) {
      assertTrue(readme.contains("\n### " + alert + "\n\n"), () -> "no runbook: " + alert);
      String test = "alertname: " + alert + "\n +eval_time: \\w+\n +exp_alerts:";
      assertTrue(matches(test + "\n", tests), () -> "no test that it fires: " + alert);
      assertTrue(matches(test + " \\[]\n", tests), () -> "no test that it does not: " + alert);
    }
    for (String rule : rules.split("(?m)^ +- alert: ", -1)) {
      String alert = rule.lines().findFirst().orElse("");
      assertTrue(
          !alert.startsWith("Lazaret")
              || rule.contains(
                  "deploy/monitoring/README.md#" + alert.toLowerCase(Locale.ROOT) + "\n"),
          () -> "no link to its runbook: " + alert);
    }
    for (String heading : all(Pattern.compile("(?m)^### (\\w+)$"), readme)) {
      assertTrue(all(ALERT, rules).contains(heading), () -> "a runbook without alert: " + heading);
    }
  }

  @Test
  void whatThereIsNotIsFound() {
    assertEquals(List.of("lazaret_nonsense: unknown"), problems("rate(lazaret_nonsense[5m]) > 0"));
    assertEquals(List.of("lazaret_asks: unknown"), problems("lazaret_asks"));
    assertEquals(
        List.of("lazaret_ask_seconds: unknown"), problems("rate(lazaret_ask_seconds[5m])"));
    assertEquals(
        List.of("lazaret_sessions_bucket: unknown"), problems("sum(lazaret_sessions_bucket)"));
    assertEquals(
        List.of("lazaret_asks_total: no label source"),
        problems("lazaret_asks_total{source=\"memory\"}"));
    assertEquals(
        List.of("by: no label sauce"),
        problems("sum by (sauce) (rate(lazaret_answers_total[5m]))"));
    assertEquals(List.of("le: only a bucket has it"), problems("sum by (le) (lazaret_sessions)"));
    assertEquals(
        List.of(), problems("sum by (lane) (rate(lazaret_asks_total{job=\"a\"}[5m])) > 1e3"));
  }

  private List<String> problems(String expression) {
    List<String> problems = new ArrayList<>();
    Set<String> known = new HashSet<>(SCRAPED);
    String rest = expression.replaceAll("\\[[^]]*]", "");
    for (MatchResult selector : SELECTOR.matcher(rest).results().toList()) {
      String name = selector.group(1) == null ? "" : selector.group(1);
      for (String label : all(MATCHER, selector.group(2))) {
        if (!SCRAPED.contains(label)
            && samples.containsKey(name)
            && !labels(name).contains(label)) {
          problems.add(name + ": no label " + label);
        }
      }
    }
    rest = rest.replaceAll("\\{[^}]*}", "");
    List<String> groupings = all(GROUPING, rest);
    rest = GROUPING.matcher(rest).replaceAll("");
    for (String word :
        all(Pattern.compile("(" + WORD.pattern() + ")"), rest.replaceAll("\\b\\d[\\w.]*", ""))) {
      if (samples.containsKey(word)) {
        known.addAll(labels(word));
      } else if (!LANGUAGE.contains(word)) {
        problems.add(word + ": unknown");
      }
    }
    for (String label :
        groupings.stream().flatMap(g -> Arrays.stream(g.split(", *", -1))).toList()) {
      if (!known.contains(label)) {
        problems.add("by: no label " + label);
      } else if (label.equals("le") && !rest.contains("_bucket")) {
        problems.add("le: only a bucket has it");
      }
    }
    return problems;
  }

  private Set<String> labels(String sample) {
    return samples.getOrDefault(sample, Set.of());
  }

  /** Ours by the enum, those of the process by what a scrape shows. */
  private static Map<String, Set<String>> samples() {
    Map<String, Set<String>> samples = new HashMap<>();
    for (Metric metric : Metric.values()) {
      Set<String> labels = Set.copyOf(metric.labels());
      String name = metric.prometheusName();
      switch (metric.kind()) {
        case COUNTER, GAUGE -> samples.put(name, labels);
        case TIMER ->
            List.of("_bucket", "_sum", "_count")
                .forEach(suffix -> samples.put(name + suffix, labels));
      }
    }
    try (Metrics metrics = Metrics.withProcessFigures()) {
      Pattern sample = Pattern.compile("(?m)^(\\w+)(?:\\{(.*)})? \\S+$");
      for (MatchResult line : sample.matcher(metrics.scrape()).results().toList()) {
        String labels = line.group(2) == null ? "" : line.group(2);
        samples.put(line.group(1), Set.copyOf(new HashSet<>(all(MATCHER, labels))));
      }
    }
    assertFalse(samples.isEmpty());
    return samples;
  }

  private static List<Path> dashboards() throws IOException {
    try (Stream<Path> files = Files.list(MONITORING.resolve("dashboards"))) {
      List<Path> all = files.filter(file -> file.toString().endsWith(".json")).sorted().toList();
      assertEquals(3, all.size());
      return all;
    }
  }

  private static boolean matches(String pattern, String text) {
    return Pattern.compile(pattern).matcher(text).find();
  }

  private static List<String> all(Pattern pattern, String text) {
    return pattern.matcher(text).results().map(found -> found.group(1)).toList();
  }

  private static String read(String file) {
    try {
      return Files.readString(MONITORING.resolve(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
