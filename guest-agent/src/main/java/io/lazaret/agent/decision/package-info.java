// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
/**
 * The path of one access, from what was observed to allow or deny. Entry types: {@link
 * io.lazaret.agent.decision.AccessDecision}, {@link io.lazaret.agent.decision.ObservedAccess},
 * {@link io.lazaret.agent.decision.LocalVerdicts}.
 */
@NullMarked
package io.lazaret.agent.decision;

import org.jspecify.annotations.NullMarked;
