// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.fleet;

import java.time.Duration;

/**
 * How ordered scans are spread.
 *
 * @param atOnce most guests that run one at the same time
 * @param silence a guest that has not told its progress for so long is told the order again
 */
public record ScanSettings(int atOnce, Duration silence) {}
