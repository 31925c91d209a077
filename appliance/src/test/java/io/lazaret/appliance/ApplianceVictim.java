// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance;

import io.lazaret.appliance.metrics.Metric;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * An appliance in a process of its own, to be killed: says {@code ready PORT TOKEN}, and for each
 * line that it is sent how many verdicts it could not save. Ends with whoever started it.
 */
final class ApplianceVictim {
  private ApplianceVictim() {}

  public static void main(String[] args) throws Exception {
    Appliance appliance = Appliance.start(ApplianceSettings.load(Path.of(args[0])));
    ApplianceRig.await("engine ready", () -> appliance.engine().status().ready());
    ApplianceRig.await("epoch known", () -> appliance.verdicts().epoch() != 0);
    String token =
        args.length > 1
            ? appliance
                .tokens()
                .create("default", Optional.empty(), Duration.ofMinutes(5), 2)
                .join()
                .orElseThrow()
                .text()
            : "-";
    System.out.println("ready " + appliance.guestAddress().getPort() + " " + token);
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    while (in.readLine() != null) {
      System.out.println((long) appliance.metrics().value(Metric.VERDICTS_UNSAVED));
    }
    Runtime.getRuntime().halt(0);
  }
}
