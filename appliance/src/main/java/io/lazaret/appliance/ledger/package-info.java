// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
/**
 * What must survive: {@link io.lazaret.appliance.ledger.Ledger} opens it; verdicts, events,
 * exposures, guests and tokens are tables of one SQLite file. JDBC stays in here.
 */
package io.lazaret.appliance.ledger;
