// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.protocol.Capability;
import io.lazaret.protocol.Lane;
import io.lazaret.protocol.Message;
import io.lazaret.protocol.Outcome;
import io.lazaret.protocol.Refusal;
import io.lazaret.protocol.Report;
import io.lazaret.protocol.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToIntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The README is the specification, so it has to say what the code does. */
class SpecificationTest {
  private static final Pattern EXAMPLE =
      Pattern.compile("```hex ([a-z-]+)\n(.*?)```", Pattern.DOTALL);
  private static final int LEAST_EXAMPLES = 10;

  private final String readme;

  SpecificationTest() throws IOException {
    readme = Files.readString(Path.of("README.md"));
  }

  @Test
  void everyWorkedExampleIsWhatTheCodecWrites() throws IOException {
    Map<String, Message> samples = Samples.all();
    Matcher example = EXAMPLE.matcher(readme);
    int examples = 0;
    for (; example.find(); examples++) {
      Message message = Objects.requireNonNull(samples.get(example.group(1)));
      var bytes = Frame.ofHex(example.group(2).replaceAll("#.*", ""));
      assertEquals(Frame.hex(MessageCodec.encode(message)), Frame.hex(bytes), example.group(1));
      assertEquals(new Decoded.Known(message), MessageCodec.decode(bytes));
    }
    assertTrue(examples >= LEAST_EXAMPLES, "examples: " + examples);
  }

  @Test
  void everyMessageHasItsSection() {
    for (MessageType type : MessageType.values()) {
      String name = type.name().replace("_", "").toLowerCase(Locale.ROOT);
      Pattern heading = Pattern.compile("(?mi)^### .*" + hex(type) + " " + name + "\\b");
      assertTrue(heading.matcher(readme).find(), type::name);
    }
  }

  @Test
  void everyEnumHasItsTable() {
    assertTable("Refusal", Refusal.values(), Refusal::wire);
    assertTable("Lane", Lane.values(), Lane::wire);
    assertTable("Capability", Capability.values(), Capability::bit);
    assertTable("Reason", Verdict.Reason.values(), Verdict.Reason::wire);
    assertTable("Source", Outcome.Source.values(), Outcome.Source::wire);
    assertTable("Action", Report.Action.values(), Report.Action::wire);
    assertTable("DebtReason", Report.DebtReason.values(), Report.DebtReason::wire);
    assertTable("Figure", Report.Figure.values(), Report.Figure::wire);
  }

  private <E extends Enum<E>> void assertTable(String name, E[] values, ToIntFunction<E> wire) {
    int start = readme.indexOf("### " + name + "\n");
    assertTrue(start >= 0, name);
    String section = readme.substring(start, readme.indexOf("\n#", start + 1));
    String rows =
        String.join(
            "\n",
            Arrays.stream(values)
                .map(value -> "| " + wire.applyAsInt(value) + " | " + value.name())
                .toList());
    String written =
        String.join(
            "\n",
            section
                .lines()
                .filter(line -> line.matches("\\| \\d+ .*"))
                .map(line -> line.substring(0, line.indexOf(" |", line.indexOf("| ", 2))))
                .toList());
    assertEquals(rows, written, name);
  }

  private static String hex(MessageType type) {
    return String.format(Locale.ROOT, "0x%02x", type.wire());
  }
}
