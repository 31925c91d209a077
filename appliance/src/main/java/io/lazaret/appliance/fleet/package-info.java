// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
/**
 * What operators want of guests, and how far the guests are with it. Entry types: {@link
 * io.lazaret.appliance.fleet.Policies} and {@link io.lazaret.appliance.fleet.ScanOrders}.
 */
@NullMarked
package io.lazaret.appliance.fleet;

import org.jspecify.annotations.NullMarked;
