// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Guests' connections: {@link io.lazaret.appliance.server.GuestServer} listens, {@link
 * io.lazaret.appliance.server.GuestChannelInitializer} assembles the pipeline, {@link
 * io.lazaret.appliance.server.Reception} lets a guest in, {@link
 * io.lazaret.appliance.server.GuestSession} serves it. What it needs of others is named by {@link
 * io.lazaret.appliance.server.Gatekeeper} and {@link io.lazaret.appliance.server.ReportSink}.
 */
@NullMarked
package io.lazaret.appliance.server;

import org.jspecify.annotations.NullMarked;
