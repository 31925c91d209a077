// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.policy;

import io.lazaret.protocol.Message.PolicyPart;
import io.lazaret.protocol.policy.PolicyAssembly;
import io.lazaret.protocol.policy.PolicyDocument;
import io.lazaret.protocol.policy.PolicyException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The policy in force. What comes is checked as a whole, put in force, kept for a start without an
 * appliance, and told of; what cannot be taken leaves the one before in force.
 */
public final class PolicyKeeper {
  /** Who is told what became of a policy. */
  public interface Teller {
    /** It is in force, or why it is not. Any thread; must not block. */
    void told(long version, boolean inForce, String detail);
  }

  private static final Logger LOG = LoggerFactory.getLogger(PolicyKeeper.class);

  private final PolicyFile file;
  private final Consumer<PolicyDocument> apply;
  private final Teller teller;
  // Its own lock: sessions follow each other on threads of their own.
  private final PolicyAssembly assembly = new PolicyAssembly();
  private final Object taking = new Object();
  private volatile PolicyAssembly.@Nullable Whole latest;
  private volatile Policy inForce = Policy.NONE;
  private volatile String problem = "";

  /**
   * Knows none yet.
   *
   * @param apply puts a document in force; refuses it by an exception with nothing changed
   */
  public PolicyKeeper(Path file, Consumer<PolicyDocument> apply, Teller teller) {
    this.file = new PolicyFile(file);
    this.apply = apply;
    this.teller = teller;
  }

  /** Puts in force what was kept; to be called before anything is guarded. */
  public void start() {
    try {
      Policy kept = file.load().orElse(Policy.NONE);
      apply.accept(kept.document());
      inForce = kept;
      if (kept.version() != 0) {
        LOG.info("policy in force version={} from=disk", kept.version());
      }
    } catch (IOException | RuntimeException damaged) {
      // Better without it than not at all: the appliance sends it again.
      problem = "kept policy not usable: " + damaged.getMessage();
      LOG.error("kept policy not usable detail={}", String.valueOf(damaged.getMessage()));
    }
  }

  /** The policy in force. */
  public Policy inForce() {
    return inForce;
  }

  /** Why the policy that came last is not in force; empty when it is. */
  public String problem() {
    return problem;
  }

  /** Takes a part; on the session's reader, never blocks. */
  public void part(PolicyPart part) {
    try {
      Optional<PolicyAssembly.Whole> whole;
      synchronized (assembly) {
        whole = assembly.add(part);
      }
      if (whole.isPresent()) {
        latest = whole.get();
        Thread.ofVirtual().name("policy").start(this::take);
      }
    } catch (PolicyException refused) {
      refused(part.version(), String.valueOf(refused.getMessage()));
    }
  }

  /** Takes what came last; of several that came at once the others are passed over. */
  private void take() {
    synchronized (taking) {
      PolicyAssembly.Whole whole = latest;
      latest = null;
      if (whole == null) {
        return;
      }
      try {
        take(new Policy(whole.version(), PolicyDocument.parse(whole.bytes())));
      } catch (PolicyException | RuntimeException refused) {
        refused(whole.version(), String.valueOf(refused.getMessage()));
      }
    }
  }

  private void take(Policy policy) {
    Policy before = inForce;
    if (policy.equals(before)) {
      problem = "";
      return; // as it was; the figures tell its version
    }
    if (!policy.document().equals(before.document())) {
      apply.accept(policy.document());
    }
    inForce = policy;
    problem = "";
    String detail = "";
    try {
      file.save(policy);
    } catch (IOException | RuntimeException failed) {
      detail = "in force, but not kept for a start without an appliance: " + failed.getMessage();
      problem = detail;
      LOG.error("policy not kept version={} detail={}", policy.version(), failed.toString());
    }
    LOG.info("policy in force version={}", policy.version());
    teller.told(policy.version(), true, detail);
  }

  private void refused(long version, String why) {
    problem = "version " + version + " refused: " + why;
    LOG.error("policy refused version={} detail={}", version, why);
    teller.told(version, false, why);
  }
}
