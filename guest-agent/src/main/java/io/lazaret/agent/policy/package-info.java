// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
/**
 * The policy that the appliance sends. Entry types: {@link io.lazaret.agent.policy.PolicyKeeper}
 * takes and keeps it, {@link io.lazaret.agent.policy.Precedence} says what counts.
 */
@NullMarked
package io.lazaret.agent.policy;

import org.jspecify.annotations.NullMarked;
