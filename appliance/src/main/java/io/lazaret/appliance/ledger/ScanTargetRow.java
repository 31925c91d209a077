// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.ledger;

import java.time.Instant;

/**
 * One guest's part of an ordered scan.
 *
 * @param state waiting, running, finished or cancelled
 * @param files looked at so far, as the guest says
 * @param at when it was written
 */
public record ScanTargetRow(
    long order, long guest, String state, long files, long bytes, long infected, Instant at) {}
