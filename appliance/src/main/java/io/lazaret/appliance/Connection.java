// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance;

import io.lazaret.appliance.admin.AdminApi;
import io.lazaret.appliance.admin.AdminClient;
import io.lazaret.appliance.admin.AdminToken;
import io.lazaret.appliance.admin.Api;
import io.lazaret.appliance.admin.LocalApi;
import io.lazaret.appliance.fleet.Policies;
import io.lazaret.appliance.fleet.ScanOrders;
import io.lazaret.appliance.identity.CertificateAuthority;
import io.lazaret.appliance.identity.EnrolmentTokens;
import io.lazaret.appliance.identity.Guests;
import io.lazaret.appliance.ledger.Ledger;
import io.lazaret.appliance.ledger.LedgerInUseException;
import io.lazaret.appliance.metrics.Metrics;
import io.lazaret.appliance.verdict.Push;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.time.InstantSource;
import java.util.Optional;

/** The way to the API: over HTTP when the appliance runs, else over its ledger. */
final class Connection {
  private static final int CONNECT_MILLIS = 2_000;

  private Connection() {}

  static Api open(ApplianceSettings settings) throws CommandException, IOException {
    ApplianceSettings.Address address = reachable(settings.listen().admin());
    if (answers(address)) {
      AdminToken token = AdminToken.read(settings.state().adminToken());
      return new AdminClient(address.host(), address.port(), token);
    }
    try {
      return overLedger(settings);
    } catch (LedgerInUseException e) {
      throw new CommandException(
          CommandException.NOT_DONE,
          "the appliance runs, but nothing answers on its admin address " + address);
    }
  }

  /** Where to connect to for what listens on this address. */
  static ApplianceSettings.Address reachable(ApplianceSettings.Address listening) {
    return switch (listening.host()) {
      case "0.0.0.0" -> new ApplianceSettings.Address("127.0.0.1", listening.port());
      case "::" -> new ApplianceSettings.Address("::1", listening.port());
      default -> listening;
    };
  }

  static boolean answers(ApplianceSettings.Address address) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(address.host(), address.port()), CONNECT_MILLIS);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static Api overLedger(ApplianceSettings settings) throws CommandException, IOException {
    if (!Files.exists(settings.state().ledger())) {
      throw new CommandException(
          CommandException.NOT_DONE,
          settings.state().ledger() + ": missing (expected: made by lazaret-appliance init)");
    }
    InstantSource clock = InstantSource.system();
    CertificateAuthority authority =
        CertificateAuthority.load(settings.identity().authority(), clock);
    Metrics metrics = new Metrics();
    Ledger ledger = Ledger.open(settings.state().ledger(), settings.ledger(), metrics, clock);
    Guests guests = Guests.load(ledger, metrics, clock, settings.identity().tenantsShareVerdicts());
    EnrolmentTokens tokens = new EnrolmentTokens(ledger, authority.certificate(), metrics, clock);
    Policies policies =
        Policies.load(
            ledger,
            guests,
            Push.NOBODY,
            _ -> false,
            metrics,
            clock,
            (int) settings.sessions().outboundBytes() / 2);
    ScanOrders scans =
        ScanOrders.load(ledger, guests, Push.NOBODY, _ -> false, settings.scans(), metrics, clock);
    AdminApi api =
        new AdminApi(ledger, guests, tokens, policies, scans, metrics, clock, Optional.empty());
    return new LocalApi(
        api,
        () -> {
          ledger.close();
          metrics.close();
        });
  }
}
