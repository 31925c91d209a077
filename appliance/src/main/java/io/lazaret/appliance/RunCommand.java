// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance;

import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Runs the appliance until it is told to stop. */
@Command(
    name = "run",
    description = "Run the appliance until SIGTERM or SIGINT, then stop it in order.",
    mixinStandardHelpOptions = true)
final class RunCommand implements Callable<Integer> {
  private static final Logger log = LoggerFactory.getLogger(RunCommand.class);

  @Mixin private final ConfigOption config = new ConfigOption();

  @Override
  public Integer call() throws Exception {
    ApplianceSettings settings = config.load();
    Appliance appliance = Appliance.start(settings);
    CountDownLatch stopped = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  appliance.close();
                  stopped.countDown();
                },
                "stop"));
    log.info(
        "ready guests={} admin={} settings={}",
        appliance.guestAddress(),
        appliance.adminAddress(),
        settings.file());
    stopped.await();
    return 0;
  }
}
