// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
/**
 * What was allowed without a verdict: kept on disk, worked off later. Entry types: {@link
 * io.lazaret.agent.debt.DebtBook} knows what is owed, {@link io.lazaret.agent.debt.DebtWorker}
 * pays.
 */
@NullMarked
package io.lazaret.agent.debt;

import org.jspecify.annotations.NullMarked;
