// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol.policy;

import io.lazaret.protocol.policy.Shape.Choice;
import io.lazaret.protocol.policy.Shape.Items;
import io.lazaret.protocol.policy.Shape.Size;
import io.lazaret.protocol.policy.Shape.Time;
import io.lazaret.protocol.policy.Shape.Whole;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a policy can say; the names are those of the agent's settings. */
public enum PolicyKey {
  DEADLINE_EXECUTE("deadline.execute", deadline()),
  DEADLINE_OPEN("deadline.open", deadline()),
  DEADLINE_WRITTEN("deadline.written", deadline()),
  FAILURE_EXECUTE("failure.execute", allowOrDeny()),
  FAILURE_OPEN("failure.open", allowOrDeny()),
  INCOMPLETE("incomplete", allowOrDeny()),
  REMEDY_INFECTED("remedy.infected", new Choice(List.of("deny", "quarantine", "delete", "report"))),
  EXCLUDE_PATHS("exclude.paths", new Items(Items.Of.PATH)),
  EXCLUDE_PROGRAMS("exclude.programs", new Items(Items.Of.PROGRAM)),
  EXCLUDE_USERS("exclude.users", new Items(Items.Of.USER)),
  EXCLUDE_LARGER_THAN("exclude.larger-than", new Size(0, Long.MAX_VALUE)),
  LIMITS_FILE_SIZE("limits.file-size", new Size(0, Long.MAX_VALUE)),
  SCAN_BYTES("scan.bytes-per-second", new Size(0, 1L << 40)),
  SCAN_FILES("scan.files-per-second", new Whole(0, 1_000_000)),
  SCAN_PAUSE_CPU("scan.pause-cpu", new Whole(0, 100)),
  SCAN_PAUSE_IO("scan.pause-io", new Whole(0, 100)),
  SCAN_PAUSE_MEMORY("scan.pause-memory", new Whole(0, 100));

  private final String text;

  @SuppressWarnings("ImmutableEnumChecker") // records of records and List.of
  private final Shape shape;

  PolicyKey(String text, Shape shape) {
    this.text = text;
    this.shape = shape;
  }

  private static Shape deadline() {
    return new Time(Duration.ofMillis(10), Duration.ofMinutes(10));
  }

  private static Shape allowOrDeny() {
    return new Choice(List.of("allow", "deny"));
  }

  /** Its name in a document and in the agent's settings. */
  public String text() {
    return text;
  }

  /** What its values look like. */
  public Shape shape() {
    return shape;
  }

  /** Whether it takes any number of values. */
  public boolean isList() {
    return shape instanceof Items;
  }

  /** The key with this name. */
  public static Optional<PolicyKey> of(String text) {
    return Arrays.stream(values()).filter(key -> key.text.equals(text)).findFirst();
  }

  /** All names, for messages. */
  public static String names() {
    return Arrays.stream(values()).map(PolicyKey::text).collect(Collectors.joining(", "));
  }
}
