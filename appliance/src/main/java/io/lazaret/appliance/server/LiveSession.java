// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.server;

import java.time.Instant;

/**
 * An open session, for operators.
 *
 * @param guest its number
 * @param address where it comes from
 * @param software what its agent says it is
 */
public record LiveSession(long guest, String address, String software, Instant since) {}
