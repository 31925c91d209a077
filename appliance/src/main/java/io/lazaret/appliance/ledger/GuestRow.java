// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.ledger;

import java.time.Instant;
import java.util.Optional;

/** A guest as the ledger has it. */
public record GuestRow(
    long id,
    String name,
    int tenant,
    String tenantName,
    Instant enrolled,
    Optional<Instant> revoked) {}
