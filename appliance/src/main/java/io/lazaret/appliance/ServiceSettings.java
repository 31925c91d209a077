// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance;

import io.lazaret.appliance.admin.AdminSettings;
import io.lazaret.appliance.server.SessionSettings;
import io.lazaret.appliance.verdict.VerdictSettings;
import io.lazaret.protocol.SessionLimits;

/** The settings as the services take them that are made from several sections. */
final class ServiceSettings {
  private ServiceSettings() {}

  static VerdictSettings verdicts(ApplianceSettings settings) {
    ApplianceSettings.Verdicts verdicts = settings.verdicts();
    return new VerdictSettings(
        verdicts.memory(),
        verdicts.grace(),
        verdicts.executeGrace(),
        verdicts.flights(),
        verdicts.waitersPerFlight(),
        verdicts.waitersPerGuest(),
        verdicts.waiters(),
        settings.sessions().contentLength(),
        settings.sessions().uploadsPerGuest(),
        verdicts.upload(),
        verdicts.scanTime(),
        verdicts.busyRetry(),
        verdicts.reverify());
  }

  static SessionSettings sessions(ApplianceSettings settings) {
    ApplianceSettings.Sessions sessions = settings.sessions();
    return new SessionSettings(
        settings.listen().guests().toSocketAddress(),
        sessions.connections(),
        sessions.connectionsPerAddress(),
        sessions.strangers(),
        sessions.handshake(),
        sessions.probe(),
        sessions.reportsPerGuest(),
        (int) sessions.outboundBytes(),
        new SessionLimits(
            sessions.requestsInFlight(),
            sessions.asksPerBatch(),
            sessions.contentLength(),
            (int) sessions.keepAlive().toMillis()));
  }

  static AdminSettings admin(ApplianceSettings settings) {
    return new AdminSettings(
        settings.listen().admin().toSocketAddress(),
        settings.admin().requests(),
        settings.admin().timeout(),
        settings.admin().bodyBytes());
  }
}
