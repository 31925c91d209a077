// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
/**
 * The appliance: {@link io.lazaret.appliance.ApplianceMain} is its command line, {@code Appliance}
 * wires it in the order of the path of one ask, {@code ApplianceSettings} is what the operator
 * sets.
 */
package io.lazaret.appliance;
