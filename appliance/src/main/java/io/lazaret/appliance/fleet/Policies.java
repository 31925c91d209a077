// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.fleet;

import io.lazaret.appliance.identity.Guest;
import io.lazaret.appliance.identity.Guests;
import io.lazaret.appliance.ledger.Event;
import io.lazaret.appliance.ledger.EventKind;
import io.lazaret.appliance.ledger.Ledger;
import io.lazaret.appliance.ledger.PolicyRow;
import io.lazaret.appliance.metrics.Metric;
import io.lazaret.appliance.metrics.Metrics;
import io.lazaret.appliance.verdict.Push;
import io.lazaret.protocol.Message;
import io.lazaret.protocol.codec.Batches;
import io.lazaret.protocol.policy.PolicyDocument;
import io.lazaret.protocol.policy.PolicyException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongPredicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The policies, in memory as in the ledger, and the way of each guest's to that guest. The lock
 * orders what is sent: two changes never mix their parts, and the last one sent is the newest.
 */
public final class Policies {
  /** Most scopes that have a policy. */
  static final int MOST = 1_000;

  /** Most bytes of all policies together. */
  static final long MOST_BYTES_IN_ALL = 32L << 20;

  private static final Logger log = LoggerFactory.getLogger(Policies.class);

  private final Ledger ledger;
  private final Guests guests;
  private final Push push;
  private final Metrics metrics;
  private final InstantSource clock;
  private final int mostBytes;
  private final Object lock = new Object();
  // Guarded by lock.
  private final Map<PolicyScope, PolicyRow> current = new HashMap<>();
  private final ConcurrentHashMap<Long, PolicyState> states = new ConcurrentHashMap<>();

  private Policies(
      Ledger ledger,
      Guests guests,
      Push push,
      Metrics metrics,
      InstantSource clock,
      int mostBytes) {
    this.ledger = ledger;
    this.guests = guests;
    this.push = push;
    this.metrics = metrics;
    this.clock = clock;
    this.mostBytes = mostBytes;
  }

  /**
   * Reads what is set; waits for the ledger.
   *
   * @param mostBytes longest document that a session can be sent
   * @param connected whether a guest has a session
   */
  public static Policies load(
      Ledger ledger,
      Guests guests,
      Push push,
      LongPredicate connected,
      Metrics metrics,
      InstantSource clock,
      int mostBytes) {
    Policies policies =
        new Policies(
            ledger, guests, push, metrics, clock, Math.min(mostBytes, PolicyDocument.MOST_BYTES));
    for (PolicyRow row : ledger.policies().current().join()) {
      policies.current.put(scope(row), row);
    }
    metrics.gauge(Metric.POLICIES, policies::size);
    metrics.gauge(Metric.POLICIES_LIMIT, () -> MOST);
    metrics.gauge(Metric.POLICY_GUESTS_OUTDATED, () -> policies.outdated(connected));
    return policies;
  }

  // ---- operators

  /** What is set, by scope. */
  public List<PolicyRow> list() {
    synchronized (lock) {
      return current.entrySet().stream()
          .sorted(
              Map.Entry.comparingByKey(
                  Comparator.comparing(PolicyScope::kind)
                      .reversed()
                      .thenComparing(PolicyScope::name)))
          .map(Map.Entry::getValue)
          .toList();
    }
  }

  /** The policy of exactly this scope. */
  public Optional<PolicyRow> of(PolicyScope scope) {
    synchronized (lock) {
      return Optional.ofNullable(current.get(scope));
    }
  }

  /** One version, also one that was replaced. */
  public CompletableFuture<Optional<PolicyRow>> version(long version) {
    return ledger.policies().version(version);
  }

  /**
   * Sets a policy: in force for guests as soon as they have it. Completes with its version when it
   * is on disk and on its way to all connected guests that it is for.
   *
   * @throws IllegalArgumentException when the document is wrong or there is no room for it
   */
  public CompletableFuture<Long> set(PolicyScope scope, String document, String by) {
    String canonical = check(document);
    synchronized (lock) {
      int all = current.size() - (current.containsKey(scope) ? 1 : 0);
      long bytes =
          current.entrySet().stream()
              .filter(entry -> !entry.getKey().equals(scope))
              .mapToLong(entry -> entry.getValue().document().length())
              .sum();
      if (all >= MOST || bytes + canonical.length() > MOST_BYTES_IN_ALL) {
        throw new IllegalArgumentException(
            "policy: "
                + all
                + " others of "
                + bytes
                + " bytes (expected: less than "
                + MOST
                + " of at most "
                + MOST_BYTES_IN_ALL
                + ")");
      }
    }
    return exists(scope).thenCompose(_ -> change(scope, canonical, by, EventKind.POLICY_SET));
  }

  /** Takes a policy away; the next wider one counts. False when there is none. */
  public CompletableFuture<Boolean> remove(PolicyScope scope, String by) {
    if (of(scope).isEmpty()) {
      return CompletableFuture.completedFuture(false);
    }
    return change(scope, "", by, EventKind.POLICY_REMOVED).thenApply(_ -> true);
  }

  /** The document in its canonical form. */
  public String check(String document) {
    byte[] bytes = document.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > mostBytes) {
      throw new IllegalArgumentException(
          "policy: " + bytes.length + " bytes (expected: at most " + mostBytes + ")");
    }
    try {
      PolicyDocument parsed = PolicyDocument.parse(ByteBuffer.wrap(bytes));
      if (parsed.isEmpty()) {
        throw new IllegalArgumentException("policy: says nothing (expected: at least one value)");
      }
      return parsed.text();
    } catch (PolicyException e) {
      throw new IllegalArgumentException("policy: " + e.getMessage(), e);
    }
  }

  private CompletableFuture<Boolean> exists(PolicyScope scope) {
    CompletableFuture<Boolean> known =
        switch (scope.kind()) {
          case DEFAULT -> CompletableFuture.completedFuture(true);
          case TENANT -> guests.hasTenant(scope.name());
          case GUEST ->
              CompletableFuture.completedFuture(guests.all().stream().anyMatch(scope::holds));
        };
    return known.thenApply(found -> {
      if (!found) {
        throw new IllegalArgumentException(scope + " (unknown)");
      }
      return true;
    });
  }

  private CompletableFuture<Long> change(
      PolicyScope scope, String document, String by, EventKind kind) {
    Event event =
        Event.of(
            clock.instant(), kind, 0, scope.toString(), "bytes=" + document.length() + " by=" + by);
    return ledger
        .policies()
        .add(scope.kind().name(), scope.name(), document, by, event)
        .thenApply(version -> {
          PolicyRow row =
              new PolicyRow(
                  version, scope.kind().name(), scope.name(), document, clock.instant(), by);
          changed(scope, row);
          return version;
        });
  }

  private void changed(PolicyScope scope, PolicyRow row) {
    synchronized (lock) {
      PolicyRow before = current.get(scope);
      if (before != null && before.version() > row.version()) {
        return; // a later change was faster
      }
      if (row.document().isEmpty()) {
        current.remove(scope);
      } else {
        current.put(scope, row);
      }
      for (Guest guest : guests.all()) {
        if (scope.holds(guest)) {
          send(guest);
        }
      }
    }
    log.info("policy changed: scope={} version={} by={}", scope, row.version(), row.by());
  }

  // ---- guests

  /** Tells a guest that has just come in. */
  public void welcome(Guest guest) {
    synchronized (lock) {
      send(guest);
    }
  }

  private void send(Guest guest) {
    Optional<PolicyRow> policy = resolve(guest);
    long version = policy.map(PolicyRow::version).orElse(0L);
    ByteBuffer document =
        policy
            .map(row -> ByteBuffer.wrap(row.document().getBytes(StandardCharsets.UTF_8)))
            .orElseGet(PolicyDocument.EMPTY::bytes);
    for (Message part : Batches.policy(version, document)) {
      if (!push.toGuest(guest.id(), part)) {
        return; // not connected, or its agent takes no policies
      }
    }
  }

  /** The policy that this guest should have: its own, else its tenant's, else the default. */
  public Optional<PolicyRow> effective(Guest guest) {
    synchronized (lock) {
      return resolve(guest);
    }
  }

  private Optional<PolicyRow> resolve(Guest guest) {
    return Optional.ofNullable(current.get(new PolicyScope(PolicyScope.Kind.GUEST, guest.name())))
        .or(() ->
            Optional.ofNullable(
                current.get(new PolicyScope(PolicyScope.Kind.TENANT, guest.tenant().name()))))
        .or(() -> Optional.ofNullable(current.get(PolicyScope.ALL)));
  }

  /** A guest said what became of a policy. */
  public void told(Guest guest, long version, boolean inForce, String detail) {
    metrics.count(Metric.POLICY_RESULTS, inForce ? "in_force" : "refused");
    states.compute(
        guest.id(),
        (_, before) -> {
          PolicyState known = before == null ? PolicyState.UNKNOWN : before;
          return inForce
              ? new PolicyState(version, 0, "")
              : new PolicyState(known.inForce(), version, detail);
        });
    if (!inForce) {
      log.warn("policy refused: guest={} version={} detail={}", guest.name(), version, detail);
    }
  }

  /** A guest said which version it has in force. */
  public void inForce(Guest guest, long version) {
    states.compute(
        guest.id(),
        (_, before) ->
            before == null
                ? new PolicyState(version, 0, "")
                : new PolicyState(version, before.refused(), before.reason()));
  }

  /** What a guest said last. */
  public PolicyState state(long guest) {
    return states.getOrDefault(guest, PolicyState.UNKNOWN);
  }

  private int size() {
    synchronized (lock) {
      return current.size();
    }
  }

  private long outdated(LongPredicate connected) {
    return guests.all().stream()
        .filter(guest -> connected.test(guest.id()))
        .filter(guest ->
            state(guest.id()).inForce() != effective(guest).map(PolicyRow::version).orElse(0L))
        .count();
  }

  private static PolicyScope scope(PolicyRow row) {
    return new PolicyScope(PolicyScope.Kind.valueOf(row.scope()), row.name());
  }
}
