// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.decision;

import io.lazaret.protocol.ContentHash;
import io.lazaret.protocol.policy.PathRule;
import io.lazaret.protocol.policy.ProgramRule;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Accesses that the policy allows without looking.
 *
 * @param paths files that are not looked at
 * @param programs programs whose accesses are not looked at
 * @param users whose accesses are not looked at
 * @param largerThan files above this many bytes are not looked at, 0 for no such exclusion
 */
public record Exclusions(
    List<PathRule> paths, List<ProgramRule> programs, Set<Integer> users, long largerThan) {
  /** Nothing is excluded. */
  public static final Exclusions NONE = new Exclusions(List.of(), List.of(), Set.of(), 0);

  public Exclusions {
    paths = List.copyOf(paths);
    programs = List.copyOf(programs);
    users = Set.copyOf(users);
  }

  /** Takes texts; refuses by IllegalArgumentException whose message is what was expected. */
  public static Exclusions of(
      List<String> paths, List<String> programs, Set<Integer> users, long largerThan) {
    return new Exclusions(
        paths.stream().map(PathRule::of).toList(),
        programs.stream().map(ProgramRule::of).toList(),
        users,
        largerThan);
  }

  /** Whether what is known at once excludes it. */
  boolean contains(ObservedAccess access) {
    return containsFile(access)
        || (!users.isEmpty() && users.contains(access.uid()))
        || (!programs.isEmpty() && containsProgram(access.process()));
  }

  private boolean containsFile(ObservedAccess access) {
    return isLarge(access.identity().size()) || (!paths.isEmpty() && containsPath(access.path()));
  }

  /** Whether a file is excluded whoever accesses it. */
  public boolean containsFile(String path, long bytes) {
    return isLarge(bytes) || containsPath(path);
  }

  private boolean isLarge(long bytes) {
    return largerThan > 0 && bytes > largerThan;
  }

  private boolean containsPath(String path) {
    for (PathRule rule : paths) {
      if (rule.matches(path)) {
        return true;
      }
    }
    return false;
  }

  private boolean containsProgram(String path) {
    for (ProgramRule rule : programs) {
      if (rule.hash().isEmpty() && rule.path().equals(path)) {
        return true;
      }
    }
    return false;
  }

  /** The contents with which the program at this path is excluded; empty for most programs. */
  Set<ContentHash> hashesOf(ObservedAccess access) {
    Set<ContentHash> hashes = Set.of();
    String path = "";
    for (ProgramRule rule : programs) {
      if (rule.hash().isPresent()) {
        path = path.isEmpty() ? access.process() : path;
        if (rule.path().equals(path)) {
          hashes = hashes.isEmpty() ? new HashSet<>() : hashes;
          hashes.add(rule.hash().get());
        }
      }
    }
    return hashes;
  }
}
