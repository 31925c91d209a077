// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
/**
 * The operator's side: {@link io.lazaret.appliance.admin.AdminServer} listens for the command line,
 * for Prometheus and for health probes, {@link io.lazaret.appliance.admin.AdminApi} answers them.
 * The HTTP server and JSON stay in here.
 */
package io.lazaret.appliance.admin;
