// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance;

import io.lazaret.appliance.admin.ApiAnswer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a check found, in the order in which it looked. */
final class CheckReport {
  private final List<Finding> findings = new ArrayList<>();

  /** It is as it should be. */
  void good(String what, String detail) {
    findings.add(new Finding(State.OK, what, detail, ""));
  }

  /** It may be meant so. */
  void note(String what, String detail, String advice) {
    findings.add(new Finding(State.NOTE, what, detail, advice));
  }

  /**
   * It is not as it should be.
   *
   * @param advice what to do
   */
  void wrong(String what, String detail, String advice) {
    findings.add(new Finding(State.WRONG, what, detail, advice));
  }

  boolean anyWrong() {
    return findings.stream().anyMatch(finding -> finding.state() == State.WRONG);
  }

  /** For people: what to do is below what is wrong. */
  String text() {
    StringBuilder text = new StringBuilder();
    for (Finding finding : findings) {
      text.append(
          String.format("%-5s %-17s %s%n", finding.state().word, finding.what(), finding.detail()));
      if (!finding.advice().isEmpty()) {
        text.append(String.format("%-5s %-17s -> %s%n", "", "", finding.advice()));
      }
    }
    return text.toString().stripTrailing();
  }

  /** As JSON, one finding in a line. */
  String json() {
    return ApiAnswer.rows(findings.stream().map(Finding::fields).toList()).json();
  }

  private enum State {
    OK("ok"),
    NOTE("--"),
    WRONG("BAD");

    private final String word;

    State(String word) {
      this.word = word;
    }
  }

  private record Finding(State state, String what, String detail, String advice) {
    Map<String, String> fields() {
      Map<String, String> fields = new LinkedHashMap<>();
      fields.put("state", state.name().toLowerCase(Locale.ROOT));
      fields.put("what", what);
      fields.put("detail", detail);
      fields.put("advice", advice);
      return fields;
    }
  }
}
