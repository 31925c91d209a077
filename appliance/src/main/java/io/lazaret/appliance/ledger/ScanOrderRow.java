// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.ledger;

import java.time.Instant;
import java.util.List;

/** A scan that an operator ordered. */
public record ScanOrderRow(long number, Instant at, String by, List<String> paths) {}
