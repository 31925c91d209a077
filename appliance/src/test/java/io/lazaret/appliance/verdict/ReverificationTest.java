// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.verdict;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lazaret.appliance.ledger.Exposure;
import io.lazaret.appliance.ledger.Holders;
import io.lazaret.appliance.metrics.Metric;
import io.lazaret.appliance.metrics.Metrics;
import io.lazaret.protocol.ContentKey;
import io.lazaret.protocol.Message;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Who is asked to ask again, in which order and how often, on a clock moved by hand. */
final class ReverificationTest {
  private static final int PER_GUEST = 20;

  private final List<String> told = new ArrayList<>();
  private final Set<Long> away = new HashSet<>();
  private final Set<FlightKey> upToDate = new HashSet<>();
  private final FakeHolders holders = new FakeHolders();
  private final Metrics metrics = new Metrics();
  private long now;

  private Reverification with(int perSecond, int running, int queue) {
    return new Reverification(
        new ToldPush(),
        holders,
        new ReverifySettings(
            perSecond,
            running,
            queue,
            PER_GUEST,
            Duration.ofSeconds(10),
            Duration.ofSeconds(60),
            Duration.ofMinutes(10)),
        upToDate::contains,
        metrics,
        () -> now);
  }

  @Test
  void whatIsInUseGoesFirstInOrderOfUseAndThenWhatGuestsHold() {
    Reverification reverification = with(100, 100, 100);
    holders.outdated.add(new Holders.Outdated(1, key("held"), 5, "/held"));
    holders.outdated.add(new Holders.Outdated(1, key("also held"), 6, "/also"));
    reverification.epochIs(2);
    reverification.sendSome(); // reads what is held
    reverification.wanted(1, key("first"), 1, "/first");
    reverification.wanted(1, key("second"), 2, "/second");
    reverification.wanted(1, key("also held"), 3, "/used");
    pass(Duration.ofSeconds(1), reverification);
    assertEquals(List.of("1 /first", "2 /second", "3 /used", "5 /held"), told);
  }

  @Test
  void noMoreThanSoManyPerSecondAndAtOnce() {
    Reverification reverification = with(2, 3, 100);
    for (int i = 0; i < 10; i++) {
      reverification.wanted(1, key("file " + i), i, "/" + i);
    }
    reverification.sendSome();
    assertEquals(1, told.size());
    pass(Duration.ofSeconds(1), reverification);
    assertEquals(3, told.size());
    pass(Duration.ofSeconds(1), reverification);
    assertEquals(3, told.size(), "three are under way");
    reverification.verified(new FlightKey(1, key("file 0")));
    pass(Duration.ofMillis(1), reverification);
    assertEquals(4, told.size());
  }

  @Test
  void overItsBoundAContentIsDroppedAndCounted() {
    Reverification reverification = with(1, 1, 2);
    for (int i = 0; i < 5; i++) {
      reverification.wanted(1, key("file " + i), i, "/" + i);
    }
    assertEquals(2, reverification.size());
    assertEquals(3, count("dropped"));
  }

  @Test
  void aGuestWithManyHoldsUpNobodyAndHasABound() {
    Reverification reverification = with(1, 100, 1_000);
    for (int i = 0; i < 100; i++) {
      reverification.wanted(1, key("many " + i), 1, "/many");
    }
    assertEquals(PER_GUEST, reverification.size());
    assertEquals(100 - PER_GUEST, count("dropped_guest"));
    reverification.wanted(1, key("quiet"), 2, "/quiet");
    reverification.sendSome();
    pass(Duration.ofSeconds(1), reverification);
    pass(Duration.ofSeconds(1), reverification);
    assertEquals(List.of("1 /many", "2 /quiet", "1 /many"), told);
  }

  @Test
  void aContentThatAnotherGuestUsesWaitsWhereItGoesSooner() {
    Reverification reverification = with(1, 100, 1_000);
    for (int i = 0; i < 15; i++) {
      reverification.wanted(1, key("many " + i), 1, "/many");
    }
    reverification.wanted(1, key("many 14"), 2, "/quiet");
    assertEquals(15, reverification.size());
    reverification.sendSome();
    pass(Duration.ofSeconds(1), reverification);
    assertEquals(List.of("1 /many", "2 /quiet"), told);
  }

  @Test
  void aGuestThatDoesNotReactHoldsUpNobodyElse() {
    Reverification reverification = with(100, 8, 1_000);
    for (int i = 0; i < 10; i++) {
      reverification.wanted(1, key("many " + i), 1, "/many");
    }
    pass(Duration.ofSeconds(1), reverification);
    assertEquals(2, told.size(), "a quarter of what is under way at once");
    reverification.wanted(1, key("quiet"), 2, "/quiet");
    pass(Duration.ofSeconds(1), reverification);
    assertEquals(List.of("1 /many", "1 /many", "2 /quiet"), told);
  }

  @Test
  void whatIsHeldHasItsTurnsHoweverMuchIsInUse() {
    Reverification reverification = with(100, 100, 1_000);
    holders.outdated.add(new Holders.Outdated(1, key("held"), 5, "/held"));
    reverification.epochIs(2);
    reverification.sendSome(); // reads what is held
    for (int i = 0; i < 10; i++) {
      reverification.wanted(1, key("used " + i), 1, "/used");
    }
    pass(Duration.ofSeconds(1), reverification);
    assertEquals(3, told.indexOf("5 /held"));
  }

  @Test
  void theSweepTakesAFewOfEachGuestAndComesBackForTheRest() {
    Reverification reverification = with(100_000, 100_000, 100_000);
    for (int i = 0; i < 120; i++) {
      holders.outdated.add(new Holders.Outdated(1, key("many " + i), 1, "/many"));
    }
    holders.outdated.add(new Holders.Outdated(1, key("few"), 2, "/few"));
    reverification.epochIs(2);
    reverification.sendSome();
    pass(Duration.ofMillis(100), reverification);
    assertEquals(51, told.size());
    assertEquals(1, told.indexOf("2 /few"), "in turns");
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < told.size() - 1; i++) {
        FlightKey done = new FlightKey(1, key("many " + i));
        reverification.verified(done);
        holders.outdated.removeIf(outdated -> outdated.content().equals(done.content()));
      }
      pass(Duration.ofSeconds(6), reverification);
      pass(Duration.ofMillis(100), reverification);
    }
    assertEquals(120, told.stream().filter("1 /many"::equals).count());
  }

  @Test
  void whenAGuestIsGoneOrDoesNotReactTheNextHolderIsAsked() {
    Reverification reverification = with(100, 100, 100);
    away.add(2L);
    holders.exposures.add(exposure("file", 1, "/one"));
    holders.exposures.add(exposure("file", 2, "/two"));
    holders.exposures.add(exposure("file", 3, "/three"));
    holders.exposures.add(exposure("file", 4, "/four"));
    reverification.wanted(1, key("file"), 1, "/one");
    reverification.sendSome();
    pass(Duration.ofSeconds(9), reverification);
    assertEquals(List.of("1 /one"), told);
    pass(Duration.ofSeconds(2), reverification);
    assertEquals(List.of("1 /one", "3 /three"), told);

    reverification.reacted(1, key("file"), 3); // it has as long as an upload and a scan take
    pass(Duration.ofSeconds(30), reverification);
    assertEquals(2, told.size());
    reverification.failed(1, key("file"), 3); // it had another file there, or went
    assertEquals(List.of("1 /one", "3 /three", "4 /four"), told);
    pass(Duration.ofSeconds(11), reverification);
    assertEquals(0, reverification.size());
    assertEquals(2, count("no_reaction"));
    assertEquals(1, count("no_holder"));
  }

  @Test
  void whatNobodyWasThereForIsTriedAgainLater() {
    Reverification reverification = with(100, 100, 100);
    away.add(1L);
    holders.outdated.add(new Holders.Outdated(1, key("file"), 1, "/one"));
    reverification.epochIs(2);
    reverification.sendSome();
    pass(Duration.ofSeconds(1), reverification);
    assertEquals(List.of(), told);
    away.clear();
    pass(Duration.ofMinutes(9), reverification);
    assertEquals(1, holders.sweeps.get());
    pass(Duration.ofMinutes(2), reverification);
    pass(Duration.ofSeconds(1), reverification);
    assertEquals(List.of("1 /one"), told);

    reverification.verified(new FlightKey(1, key("file")));
    holders.outdated.clear();
    pass(Duration.ofHours(1), reverification);
    assertEquals(2, holders.sweeps.get(), "nothing was left");
  }

  @Test
  void whatWasMadeAgainMeanwhileIsPassedOver() {
    Reverification reverification = with(100, 100, 100);
    reverification.wanted(1, key("file"), 1, "/one");
    upToDate.add(new FlightKey(1, key("file")));
    reverification.sendSome();
    assertEquals(List.of(), told);
    assertEquals(0, reverification.size());
  }

  private void pass(Duration time, Reverification reverification) {
    now += time.toNanos();
    reverification.sendSome();
  }

  private long count(String result) {
    return metrics.counter(Metric.REVERIFICATIONS, result).total();
  }

  private static ContentKey key(String content) {
    return FakeAsker.keyOf(content.getBytes(StandardCharsets.UTF_8));
  }

  private static Exposure exposure(String content, long guest, String path) {
    return new Exposure(1, key(content).hash(), guest, path, Instant.EPOCH, Instant.EPOCH);
  }

  private final class ToldPush implements Push {
    @Override
    public void toAll(Message message) {
      throw new AssertionError(message);
    }

    @Override
    public void toDomain(int domain, Message message) {
      throw new AssertionError(message);
    }

    @Override
    public boolean toGuest(long guest, Message message) {
      if (away.contains(guest)) {
        return false;
      }
      told.add(guest + " " + ((Message.Reverify) message).path());
      return true;
    }
  }
}
