// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
/**
 * The policy document that {@link io.lazaret.protocol.Message.PolicyPart} carries: {@link
 * io.lazaret.protocol.policy.PolicyDocument} is one, {@link io.lazaret.protocol.policy.PolicyKey}
 * what it can say, {@link io.lazaret.protocol.policy.PathRule} how its paths match.
 */
@NullMarked
package io.lazaret.protocol.policy;

import org.jspecify.annotations.NullMarked;
