// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.sizing;

import io.lazaret.protocol.Lane;
import io.lazaret.protocol.tls.TlsIdentity;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Many guests that ask about the same files, and some of their own, all at once. */
@Command(name = "swarm", description = "Many simulated guests ask an appliance at once.")
final class Swarm implements Callable<Integer> {
  @Mixin private ApplianceOptions options = new ApplianceOptions();

  @Option(names = "--files", defaultValue = "100", description = "Files that all guests have.")
  private int files;

  @Option(names = "--own", defaultValue = "0", description = "Files that only one guest has.")
  private int own;

  @Option(names = "--window", defaultValue = "64", description = "Most asks of a guest in flight.")
  private int window;

  @Option(names = "--batch", defaultValue = "8", description = "Asks in one frame.")
  private int batch;

  @Option(names = "--lane", defaultValue = "OPEN", description = "${COMPLETION-CANDIDATES}.")
  private Lane lane = Lane.OPEN;

  @Override
  public Integer call() throws Exception {
    Contents contents = Contents.texts(files + own * options.guests, options.size, options.seed);
    List<TlsIdentity> identities =
        SwarmEnrolment.all(options.tokens, options.guests, options.appliance);
    try (Dialler dialler = new Dialler(options.threads)) {
      List<SimulatedGuest> guests = new ArrayList<>();
      for (TlsIdentity identity : identities) {
        guests.add(dialler.guest(identity, options.appliance, contents, lane));
      }
      for (SimulatedGuest guest : guests) {
        guest.opened().get();
      }
      contents.hashAll();
      long start = System.nanoTime();
      var running = new ArrayList<CompletableFuture<Tally>>();
      for (int guest = 0; guest < guests.size(); guest++) {
        running.add(guests.get(guest).run(Workload.each(filesOf(guest), window, batch)));
      }
      Tally total = new Tally();
      for (var one : running) {
        total.add(one.get());
      }
      System.out.println(total.toJson(System.nanoTime() - start));
      guests.forEach(SimulatedGuest::close);
      return total.count("refused") == 0 ? 0 : 3;
    }
  }

  private int[] filesOf(int guest) {
    int first = files + guest * own;
    return IntStream.concat(IntStream.range(0, files), IntStream.range(first, first + own))
        .toArray();
  }
}
