// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.identity;

/**
 * An enrolled guest.
 *
 * @param id its number
 * @param name its name, unique
 */
public record Guest(long id, String name, Tenant tenant) {}
