// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Guests' connections: {@link io.lazaret.appliance.server.GuestServer} listens, {@link
 * io.lazaret.appliance.server.GuestChannelInitializer} assembles the pipeline, {@link
 * io.lazaret.appliance.server.Reception} lets a guest in, {@link
 * io.lazaret.appliance.server.GuestSession} serves it. {@link
 * io.lazaret.appliance.server.GuestReports} keeps what guests tell.
 */
@NullMarked
package io.lazaret.appliance.server;

import org.jspecify.annotations.NullMarked;
