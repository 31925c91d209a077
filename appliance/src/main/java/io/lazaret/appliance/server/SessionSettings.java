// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.server;

import io.lazaret.protocol.SessionLimits;
import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * The settings of guests' connections.
 *
 * @param address where guests connect
 * @param connections most connections at once
 * @param connectionsPerAddress most of them from one address
 * @param strangers most of them that have not got through the handshake
 * @param handshake time for TLS and the first message
 * @param probe time for a live session to show that it lives when another wants its place
 * @param reportsPerGuest batches of reports of one guest that wait for the disk
 * @param outboundBytes most bytes that wait for a guest that does not read
 * @param limits what each guest is told in Welcome
 */
public record SessionSettings(
    InetSocketAddress address,
    int connections,
    int connectionsPerAddress,
    int strangers,
    Duration handshake,
    Duration probe,
    int reportsPerGuest,
    int outboundBytes,
    SessionLimits limits) {

  /** What is in force when the operator says nothing. */
  public static SessionSettings defaults(InetSocketAddress address) {
    return new SessionSettings(
        address,
        4_096,
        256,
        512,
        Duration.ofSeconds(10),
        Duration.ofSeconds(2),
        8,
        4 << 20,
        new SessionLimits(1_024, 256, 100L << 20, 60_000));
  }
}
