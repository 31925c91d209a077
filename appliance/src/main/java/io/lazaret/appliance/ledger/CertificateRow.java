// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.ledger;

import java.time.Instant;

/** A guest's certificate as the ledger has it. */
public record CertificateRow(Fingerprint fingerprint, String serial, long guest, Instant expires) {}
