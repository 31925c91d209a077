// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
/**
 * The appliance, as seen from the guest. Entry types: {@link
 * io.lazaret.agent.client.VerdictSource}, {@link io.lazaret.agent.client.ContentReader}, {@link
 * io.lazaret.agent.client.VerdictClient}.
 */
@NullMarked
package io.lazaret.agent.client;

import org.jspecify.annotations.NullMarked;
