// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent;

import io.lazaret.agent.client.ApplianceAddress;
import io.lazaret.agent.client.ApplianceListener;
import io.lazaret.agent.client.CurrentIdentity;
import io.lazaret.agent.client.IdentityFile;
import io.lazaret.agent.client.VerdictClient;
import io.lazaret.agent.linux.Sha256;
import io.lazaret.agent.scan.FileScanner;
import io.lazaret.protocol.Lane;
import io.lazaret.protocol.Message;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A scan on a session of its own, for a guest where no agent runs. */
final class OwnScan {
  private static final Duration CONNECT = Duration.ofSeconds(10);
  private static final Duration DEADLINE = Duration.ofMinutes(5);

  private OwnScan() {}

  static void run(AgentSettings settings, List<Path> paths, ScanSummary summary)
      throws IOException, InterruptedException, CommandFailure {
    VerdictClient client =
        VerdictClient.create(
            settings.client(),
            new CurrentIdentity(new IdentityFile(settings.identity())),
            Identification.greeting(),
            new Deaf(),
            Map::of);
    client.start();
    try {
      if (!client.awaitConnected(CONNECT)) {
        throw new CommandFailure(
            ExitCode.COULD_NOT, "no appliance can be reached: " + client.standing().detail());
      }
      FileScanner scanner =
          new FileScanner(
              client,
              Sha256.fastest().digests(),
              settings.decision().hashThreads(),
              settings.decision().longestContent(),
              DEADLINE,
              settings::scan,
              Lane.ON_DEMAND);
      try {
        ScanSummary.walk(
            paths,
            summary,
            file -> {
              try {
                scanner.submit(file, result -> summary.add(file, result));
              } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("stopped");
              }
            });
      } finally {
        scanner.finish();
      }
    } finally {
      client.stop();
    }
  }

  /** A scan that remembers nothing need not hear what is no longer true. */
  static final class Deaf implements ApplianceListener {
    @Override
    public void connected(ApplianceAddress appliance, Message.Welcome welcome) {}

    @Override
    public void disconnected(ApplianceAddress appliance, String why) {}

    @Override
    public void epochChanged(Message.EpochChanged change) {}

    @Override
    public void revoked(Message.Revoked revoked) {}

    @Override
    public void policy(Message.PolicyPart part) {}

    @Override
    public void scanOrdered(Message.ScanOrder order) {}

    @Override
    public void reverify(Message.Reverify reverify) {}
  }
}
