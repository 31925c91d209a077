// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.ledger;

import io.lazaret.protocol.ContentKey;
import io.lazaret.protocol.Verdict;
import java.time.Instant;

/**
 * A verdict and what it depended on.
 *
 * @param domain number of the trust zone that shares it (see {@link
 *     io.lazaret.appliance.identity.Tenant})
 * @param epoch number of the engine state it was made under
 */
public record StoredVerdict(
    int domain, ContentKey content, Verdict verdict, long epoch, Instant judgedAt) {}
