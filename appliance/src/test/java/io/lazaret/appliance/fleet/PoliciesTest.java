// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.appliance.identity.Guest;
import io.lazaret.appliance.ledger.EventKind;
import io.lazaret.appliance.ledger.PolicyRow;
import io.lazaret.appliance.metrics.Metric;
import io.lazaret.protocol.Message;
import io.lazaret.protocol.policy.PolicyAssembly;
import io.lazaret.protocol.policy.PolicyDocument;
import io.lazaret.protocol.policy.PolicyException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PoliciesTest {
  private static final PolicyScope ACME = new PolicyScope(PolicyScope.Kind.TENANT, "acme");
  private static final PolicyScope DESK = new PolicyScope(PolicyScope.Kind.GUEST, "desk");

  @TempDir private Path directory;
  private FleetRig rig;
  private Guest desk;
  private Guest other;
  private Policies policies;

  @BeforeEach
  void open() {
    rig = new FleetRig(directory);
    desk = rig.guest("desk", "acme");
    other = rig.guest("other", "rest");
    policies = load();
  }

  @AfterEach
  void close() {
    rig.close();
  }

  @Test
  void theNarrowestPolicyCountsAndGoesToThoseItIsFor() throws PolicyException {
    long all = policies.set(PolicyScope.ALL, document("incomplete = deny"), "ann").join();
    assertSent(desk, all, "incomplete = deny");
    assertSent(other, all, "incomplete = deny");
    long acme = policies.set(ACME, document("failure.open = deny"), "ann").join();
    assertSent(desk, acme, "failure.open = deny");
    assertEquals(List.of(), rig.taken(other));
    long own = policies.set(DESK, document("deadline.open = 1s"), "ann").join();
    assertSent(desk, own, "deadline.open = 1000ms");
    assertTrue(policies.remove(DESK, "ann").join());
    assertSent(desk, acme, "failure.open = deny");
    assertTrue(policies.remove(ACME, "ann").join());
    assertSent(desk, all, "incomplete = deny");
    assertTrue(policies.remove(PolicyScope.ALL, "ann").join());
    assertSent(desk, 0, "");
    assertFalse(policies.remove(PolicyScope.ALL, "ann").join());
    assertEquals(3, rig.events(EventKind.POLICY_SET).size());
    assertTrue(rig.events(EventKind.POLICY_SET).getFirst().detail().endsWith("by=ann"));
    assertEquals(3, rig.events(EventKind.POLICY_REMOVED).size());
  }

  @Test
  void aGuestThatComesIsToldItsPolicyAlsoThatThereIsNone() throws PolicyException {
    policies.welcome(desk);
    assertSent(desk, 0, "");
    rig.connected.clear();
    long version = policies.set(ACME, document("incomplete = deny"), "ann").join();
    rig.connected.add(desk.id());
    policies.welcome(desk);
    assertSent(desk, version, "incomplete = deny");
  }

  @Test
  void policiesSurviveARestartAndKeepTheirVersions() throws PolicyException {
    long version = policies.set(ACME, document("incomplete = deny"), "ann").join();
    policies.set(DESK, document("incomplete = allow"), "ann").join();
    policies.remove(DESK, "ann").join();
    rig.taken(desk);
    rig.restart();
    policies = load();
    policies.welcome(desk);
    assertSent(desk, version, "incomplete = deny");
    assertEquals(List.of(version), policies.list().stream().map(PolicyRow::version).toList());
    assertEquals("ann", policies.version(version).join().orElseThrow().by());
    assertTrue(policies.set(DESK, document("incomplete = deny"), "ann").join() > version + 2);
  }

  @Test
  void whatIsWrongIsRefusedAndChangesNothing() {
    for (String wrong :
        List.of("", "nonsense", document("deadline.open = 5"), document(""), document("x = 1"))) {
      assertThrows(IllegalArgumentException.class, () -> policies.set(ACME, wrong, "ann"), wrong);
    }
    String tooLong = document("exclude.paths = /" + "a".repeat(4_000) + "\n").repeat(50);
    assertThrows(IllegalArgumentException.class, () -> policies.set(ACME, tooLong, "ann"));
    PolicyScope nobody = PolicyScope.of(Optional.of("nobody"), Optional.empty());
    CompletionException unknown =
        assertThrows(
            CompletionException.class,
            () -> policies.set(nobody, document("incomplete = deny"), "ann").join());
    assertTrue(String.valueOf(unknown.getMessage()).endsWith("guest nobody (unknown)"));
    assertEquals(List.of(), policies.list());
    assertEquals(List.of(), rig.taken(desk));
    assertEquals(List.of(), rig.events(EventKind.POLICY_SET));
  }

  @Test
  void whatGuestsSayIsSeen() {
    assertEquals(PolicyState.UNKNOWN, policies.state(desk.id()));
    long version = policies.set(ACME, document("incomplete = deny"), "ann").join();
    policies.inForce(other, 0);
    policies.inForce(desk, 0);
    assertEquals(1, rig.metrics.value(Metric.POLICY_GUESTS_OUTDATED));
    policies.told(desk, version, false, "line 2");
    assertEquals(new PolicyState(0, version, "line 2"), policies.state(desk.id()));
    policies.told(desk, version, true, "");
    assertEquals(new PolicyState(version, 0, ""), policies.state(desk.id()));
    assertEquals(0, rig.metrics.value(Metric.POLICY_GUESTS_OUTDATED));
  }

  private Policies load() {
    return Policies.load(
        rig.ledger, rig.guests, rig, rig.connected::contains, rig.metrics, () -> rig.now, 100_000);
  }

  private static String document(String line) {
    return "lazaret-policy = 1\n" + line + "\n";
  }

  private void assertSent(Guest guest, long version, String line) throws PolicyException {
    PolicyAssembly assembly = new PolicyAssembly();
    Optional<PolicyAssembly.Whole> whole = Optional.empty();
    for (Message message : rig.taken(guest)) {
      whole = assembly.add((Message.PolicyPart) message);
    }
    assertEquals(version, whole.orElseThrow().version());
    String expected = line.isEmpty() ? PolicyDocument.EMPTY.text() : document(line);
    assertEquals(expected, StandardCharsets.UTF_8.decode(whole.orElseThrow().bytes()).toString());
  }
}
