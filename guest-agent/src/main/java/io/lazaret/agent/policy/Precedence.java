// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.policy;

import io.lazaret.protocol.policy.PolicyDocument;
import io.lazaret.protocol.policy.PolicyKey;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Which value of a key counts: the policy's if it locks the key, else the guest's own, else the
 * policy's, else the default.
 *
 * @param own keys that the guest's own settings speak of
 */
public record Precedence(PolicyDocument policy, Set<PolicyKey> own) {
  public Precedence {
    own = Set.copyOf(own);
  }

  /**
   * The value that counts.
   *
   * @param local the guest's own value, or the default
   * @param read reads the policy's value
   */
  public <T> T of(PolicyKey key, T local, Function<PolicyDocument, Optional<T>> read) {
    return ofPolicy(key) ? read.apply(policy).orElse(local) : local;
  }

  /** Whether the policy's value counts. */
  public boolean ofPolicy(PolicyKey key) {
    return policy.values(key).isPresent() && (policy.locks(key) || !own.contains(key));
  }

  /** Whether the guest's own settings say something that the policy does not let count. */
  public boolean overrides(PolicyKey key) {
    return policy.locks(key) && own.contains(key);
  }
}
