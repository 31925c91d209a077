// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.policy;

import io.lazaret.protocol.policy.PolicyDocument;

/**
 * One version of a policy.
 *
 * @param version the appliance's number for it, 0 for none
 */
public record Policy(long version, PolicyDocument document) {
  /** No policy. */
  public static final Policy NONE = new Policy(0, PolicyDocument.EMPTY);
}
