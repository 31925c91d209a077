// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.ledger;

import java.time.Instant;

/**
 * One version of the policy of one scope.
 *
 * @param scope kind of the scope
 * @param name of the tenant or guest, empty for the default
 * @param document empty when this version took the policy away
 * @param by who did it, as the command line said
 */
public record PolicyRow(
    long version, String scope, String name, String document, Instant at, String by) {}
