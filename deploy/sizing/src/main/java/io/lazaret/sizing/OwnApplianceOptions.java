// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.sizing;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The options of every command that starts an appliance of its own. */
final class OwnApplianceOptions {
  private static final String INSTALLED = "appliance/target/dist/bin/lazaret-appliance";

  @Option(
      names = "--program",
      paramLabel = "FILE",
      description = "The appliance's program (default: the one built in this checkout).")
  private Path program = Path.of("");

  @Option(names = "--heap", defaultValue = "512m", description = "Most heap of the appliance.")
  private String heap = "512m";

  @Option(names = "--json", description = "Print one line of JSON.")
  private boolean json;

  String heap() {
    return heap;
  }

  Path program() throws URISyntaxException {
    if (!program.toString().isEmpty()) {
      return program;
    }
    Path here =
        Path.of(SizingMain.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    for (Path at = here; at != null; at = at.getParent()) {
      if (Files.isExecutable(at.resolve(INSTALLED))) {
        return at.resolve(INSTALLED);
      }
    }
    throw new IllegalArgumentException("--program: " + INSTALLED + " is not above " + here);
  }

  void print(Figures figures) {
    System.out.println(json ? figures.toJson() : figures.toText());
  }
}
