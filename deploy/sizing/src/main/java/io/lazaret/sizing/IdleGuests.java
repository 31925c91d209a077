// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.sizing;

import io.lazaret.protocol.tls.TlsIdentity;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What a guest costs the appliance that is connected and does nothing. */
@Command(
    name = "idle-guests",
    description = "Connects many guests and measures the appliance's memory for each.")
final class IdleGuests implements Callable<Integer> {
  private static final int WAVE = 200;

  @Mixin private OwnApplianceOptions options = new OwnApplianceOptions();

  @Option(names = "--guests", defaultValue = "10000", description = "How many.")
  private int count;

  @Override
  public Integer call() throws Exception {
    List<String> settings =
        List.of(
            "sessions.connections = " + (count + 100),
            "sessions.connections-per-address = " + (count + 100),
            "sessions.strangers = 2048",
            "sessions.handshake = 60s");
    try (OwnAppliance appliance = OwnAppliance.start(options, settings);
        Dialler dialler = new Dialler(2)) {
      List<TlsIdentity> identities = appliance.enrol(count);
      LoadGuest warm = open(appliance, dialler, identities.subList(0, 1)).getFirst();
      warm.close();
      while (appliance.metric("lazaret_sessions", "") != 0) {
        TimeUnit.MILLISECONDS.sleep(20);
      }
      long heapBefore = appliance.heapAfterCollection();
      long residentBefore = appliance.resident();
      long start = System.nanoTime();
      List<LoadGuest> guests = open(appliance, dialler, identities);
      long connecting = System.nanoTime() - start;
      List<Long> heaps = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        heaps.add(appliance.heapAfterCollection());
        TimeUnit.SECONDS.sleep(2);
      }
      heaps.sort(null);
      double sessions = appliance.metric("lazaret_sessions", "");
      options.print(
          new Figures()
              .note("machine", Machine.line())
              .note("guests", (long) sessions)
              .note("heap_limit", options.heap())
              .note("heap_before_bytes", heapBefore)
              .note("heap_with_guests_bytes", heaps.get(1))
              .note("heap_bytes_per_guest", (heaps.get(1) - heapBefore) / count)
              .note("resident_bytes_per_guest", (appliance.resident() - residentBefore) / count)
              .note("connects_per_second", count * 1_000_000_000L / connecting));
      guests.forEach(LoadGuest::close);
      return sessions == count ? 0 : 3;
    }
  }

  /** In waves, as more handshakes at once would only wait for each other. */
  private static List<LoadGuest> open(
      OwnAppliance appliance, Dialler dialler, List<TlsIdentity> identities) throws Exception {
    GeneratedFiles none = new GeneratedFiles(0, 0, 0, 0);
    List<LoadGuest> guests = new ArrayList<>();
    for (TlsIdentity identity : identities) {
      LoadGuest guest = new LoadGuest(none, 1, LoadGuest.noOutcomes());
      dialler.session(identity, appliance.guests(), guest, guest.opened());
      guests.add(guest);
      if (guests.size() >= WAVE) {
        guests.get(guests.size() - WAVE).opened().get(60, TimeUnit.SECONDS);
      }
    }
    for (LoadGuest guest : guests) {
      guest.opened().get(60, TimeUnit.SECONDS);
    }
    return guests;
  }
}
