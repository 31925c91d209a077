// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent;

import io.lazaret.agent.decision.DecisionSettings;
import io.lazaret.agent.decision.DecisionSettings.Failure;
import io.lazaret.agent.decision.Exclusions;
import io.lazaret.agent.policy.Precedence;
import io.lazaret.agent.remedy.RemedySettings;
import io.lazaret.agent.remedy.RemedySettings.Treatment;
import io.lazaret.agent.scan.ScanSettings;
import io.lazaret.protocol.policy.PathRule;
import io.lazaret.protocol.policy.PolicyDocument;
import io.lazaret.protocol.policy.PolicyKey;
import io.lazaret.protocol.policy.ProgramRule;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The guest's own settings with what the policy says of them. */
final class UnderPolicy {
  private UnderPolicy() {}

  static DecisionSettings decision(DecisionSettings own, Precedence counts) {
    return new DecisionSettings(
        duration(counts, PolicyKey.DEADLINE_EXECUTE, own.executeDeadline()),
        duration(counts, PolicyKey.DEADLINE_OPEN, own.openDeadline()),
        duration(counts, PolicyKey.DEADLINE_WRITTEN, own.writtenDeadline()),
        choice(counts, PolicyKey.FAILURE_EXECUTE, own.executeFailure()),
        choice(counts, PolicyKey.FAILURE_OPEN, own.openFailure()),
        choice(counts, PolicyKey.INCOMPLETE, own.incomplete()),
        infected(counts, own.infected()),
        number(counts, PolicyKey.LIMITS_FILE_SIZE, own.longestContent()),
        own.hashThreads(),
        own.memoryEntries(),
        exclusions(own.exclusions(), counts));
  }

  static RemedySettings remedy(RemedySettings own, Precedence counts) {
    return new RemedySettings(
        counts.of(PolicyKey.REMEDY_INFECTED, own.infected(), UnderPolicy::treatment),
        own.vault(),
        own.vaultBytes(),
        own.vaultFiles(),
        own.tell());
  }

  private static Optional<Treatment> treatment(PolicyDocument policy) {
    return policy
        .value(PolicyKey.REMEDY_INFECTED)
        .map(word -> Treatment.valueOf(word.toUpperCase(Locale.ROOT)));
  }

  private static Failure infected(Precedence counts, Failure own) {
    return counts.of(
        PolicyKey.REMEDY_INFECTED,
        own,
        policy ->
            treatment(policy).map(how -> how == Treatment.REPORT ? Failure.ALLOW : Failure.DENY));
  }

  static ScanSettings scan(ScanSettings own, Precedence counts) {
    return new ScanSettings(
        number(counts, PolicyKey.SCAN_BYTES, own.bytesPerSecond()),
        number(counts, PolicyKey.SCAN_FILES, own.filesPerSecond()),
        (int) number(counts, PolicyKey.SCAN_PAUSE_CPU, own.pauseCpu()),
        (int) number(counts, PolicyKey.SCAN_PAUSE_IO, own.pauseIo()),
        (int) number(counts, PolicyKey.SCAN_PAUSE_MEMORY, own.pauseMemory()));
  }

  private static Exclusions exclusions(Exclusions own, Precedence counts) {
    return new Exclusions(
        list(counts, PolicyKey.EXCLUDE_PATHS, own.paths(), PathRule::of),
        list(counts, PolicyKey.EXCLUDE_PROGRAMS, own.programs(), ProgramRule::of),
        Set.copyOf(
            list(
                counts,
                PolicyKey.EXCLUDE_USERS,
                List.copyOf(own.users()),
                text -> (int) Long.parseLong(text))),
        number(counts, PolicyKey.EXCLUDE_LARGER_THAN, own.largerThan()));
  }

  private static Duration duration(Precedence counts, PolicyKey key, Duration own) {
    return counts.of(key, own, policy -> policy.duration(key));
  }

  private static long number(Precedence counts, PolicyKey key, long own) {
    return counts.of(key, own, policy -> policy.number(key));
  }

  private static Failure choice(Precedence counts, PolicyKey key, Failure own) {
    return counts.of(
        key,
        own,
        policy -> policy.value(key).map(word -> Failure.valueOf(word.toUpperCase(Locale.ROOT))));
  }

  private static <T> List<T> list(
      Precedence counts, PolicyKey key, List<T> own, Function<String, T> read) {
    return counts.of(
        key,
        own,
        policy ->
            policy.values(key).map(all -> all.stream().map(read).collect(Collectors.toList())));
  }
}
