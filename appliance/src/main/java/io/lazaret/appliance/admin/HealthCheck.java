// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.admin;

import java.util.function.Supplier;

/**
 * One thing that must hold for the appliance to be healthy.
 *
 * @param problem what is wrong now, empty when nothing is; asked often, must not block
 */
public record HealthCheck(String name, Supplier<String> problem) {}
