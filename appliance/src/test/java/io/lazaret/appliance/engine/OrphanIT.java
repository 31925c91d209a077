// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.protocol.Verdict;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A kill -9 of the appliance. */
class OrphanIT {
  @TempDir Path directory;

  @Test
  void clamdDoesNotOutliveAKilledApplianceAndTheNextOneStarts()
      throws IOException, InterruptedException {
    Process host =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                EngineHost.class.getName(),
                directory.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    long pid = 0;
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(host.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null && pid == 0; line = lines.readLine()) {
        pid = line.startsWith("pid=") ? Long.parseLong(line.substring(4)) : 0;
        if (pid != 0) {
          break;
        }
      }
    } finally {
      host.destroyForcibly().waitFor();
    }
    long clamd = pid;
    assertTrue(clamd > 0);
    EngineRig.await(
        "clamd is gone", () -> !ProcessHandle.of(clamd).map(ProcessHandle::isAlive).orElse(false));
    try (EngineRig rig = EngineRig.start(directory)) {
      assertEquals(1, rig.engine.status().generation());
      assertEquals(Verdict.CLEAN, rig.verdict(TestContents.text("a content")));
    }
  }
}
