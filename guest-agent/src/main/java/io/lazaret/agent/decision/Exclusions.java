// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.decision;

import java.nio.file.FileSystems;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.Set;

/** Accesses that the policy allows without looking. */
public final class Exclusions {
  /** Nothing is excluded. */
  public static final Exclusions NONE = new Exclusions(List.of(), Set.of(), Set.of());

  private final List<String> paths;
  private final List<PathMatcher> globs;
  private final Set<String> executables;
  private final Set<Integer> uids;

  /**
   * Takes the exclusions of a policy.
   *
   * @param paths absolute paths: one ending in {@code /} excludes everything below it, one with an
   *     asterisk, question mark or bracket is a glob as of {@link
   *     java.nio.file.FileSystem#getPathMatcher}, any other names one file
   * @param executables absolute paths of programs whose accesses are excluded
   * @param uids users whose accesses are excluded
   * @throws IllegalArgumentException when a path is not absolute or a glob cannot be understood
   */
  public Exclusions(List<String> paths, Set<String> executables, Set<Integer> uids) {
    for (String path : paths) {
      absolute(path);
    }
    executables.forEach(Exclusions::absolute);
    this.paths = paths.stream().filter(path -> !isGlob(path)).toList();
    this.globs =
        paths.stream()
            .filter(Exclusions::isGlob)
            .map(glob -> FileSystems.getDefault().getPathMatcher("glob:" + glob))
            .toList();
    this.executables = Set.copyOf(executables);
    this.uids = Set.copyOf(uids);
  }

  /** Whether nothing is excluded, so that nothing about the process need be known. */
  boolean isEmpty() {
    return paths.isEmpty() && globs.isEmpty() && executables.isEmpty() && uids.isEmpty();
  }

  boolean contains(ObservedAccess access) {
    if (isEmpty()) {
      return false;
    }
    return (!uids.isEmpty() && uids.contains(access.uid()))
        || (!executables.isEmpty() && executables.contains(access.process()))
        || containsPath(access.path());
  }

  private boolean containsPath(String path) {
    if (path.isEmpty()) {
      return false;
    }
    for (String excluded : paths) {
      if (excluded.endsWith("/") ? path.startsWith(excluded) : path.equals(excluded)) {
        return true;
      }
    }
    if (globs.isEmpty()) {
      return false;
    }
    Path asPath;
    try {
      asPath = Path.of(path);
    } catch (InvalidPathException notInThisLocale) {
      // A name the locale cannot express is scanned like any other file.
      return false;
    }
    return globs.stream().anyMatch(glob -> glob.matches(asPath));
  }

  private static boolean isGlob(String path) {
    return path.chars().anyMatch(c -> "*?[{".indexOf(c) >= 0);
  }

  private static void absolute(String path) {
    if (!path.startsWith("/")) {
      throw new IllegalArgumentException("exclusion: " + path + " (expected: an absolute path)");
    }
  }
}
