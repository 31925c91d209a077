// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PathRuleTest {
  @Test
  void aPathNamesOneFileAndAFolderWhatIsBelowIt() {
    assertMatches("/a/b", List.of("/a/b"), List.of("/a/b/c", "/a/bc", "/a"));
    assertMatches("/a/b/", List.of("/a/b/c", "/a/b/c/d"), List.of("/a/b", "/a/bc"));
  }

  @Test
  void starsStayInAFolderAndDoubleStarsDoNot() {
    assertMatches("/a/*.txt", List.of("/a/x.txt", "/a/.txt"), List.of("/a/b/x.txt", "/a/x.txt2"));
    assertMatches("/a/**.txt", List.of("/a/x.txt", "/a/b/x.txt"), List.of("/b/x.txt"));
    assertMatches("/a/**/c", List.of("/a/b/c", "/a/b/b/c"), List.of("/a/c", "/a/b/cd"));
    assertMatches("/*/cache/", List.of("/x/cache/1", "/x/cache/1/2"), List.of("/x/y/cache/1"));
    assertMatches("/a/*b*c", List.of("/a/bc", "/a/xbxbxc"), List.of("/a/b/c", "/a/cb"));
  }

  @Test
  void setsBracesQuestionMarksAndBackslashes() {
    assertMatches("/a/[a-c]?", List.of("/a/bx"), List.of("/a/dx", "/a/b", "/a/b/"));
    assertMatches("/a/[!a-c]", List.of("/a/d", "/a/-"), List.of("/a/b", "/a/"));
    assertMatches("/a/*.{mkv,iso}", List.of("/a/1.mkv", "/a/1.iso"), List.of("/a/1.mk"));
    assertMatches("/a/\\*", List.of("/a/*"), List.of("/a/b"));
    assertMatches("/{a,b}/{c,d}", List.of("/a/c", "/b/d"), List.of("/a/b"));
    assertMatches("/a/[{]x", List.of("/a/{x"), List.of("/a/x"));
  }

  @Test
  void whatCouldNeverMatchOrMatchesEverythingIsRefusedWithTheReason() {
    assertRefused("home", "an absolute path");
    assertRefused("", "an absolute path");
    assertRefused("/a//b", "a path without //, /./ and /../");
    assertRefused("/a/../b", "a path without //, /./ and /../");
    assertRefused("/a/.", "a path without //, /./ and /../");
    assertRefused("/", "less than everything");
    assertRefused("/**", "less than everything");
    assertRefused("/{a,**}", "less than everything");
    assertRefused("/***", "* or **");
    assertRefused("/a/[b", "a ] after every [");
    assertRefused("/a/[]", "a ] after every [");
    assertRefused("/a/[!/]", "characters other than / between [ and ]");
    assertRefused("/a/[z-a]", "a range such as a-z between [ and ]");
    assertRefused("/a/{b", "a } after every {");
    assertRefused("/a/b*}", "a { before every }");
    assertRefused("/a/{b,{c,d}}", "no braces inside of braces");
    assertRefused("/a/b\\", "a character after every backslash");
    assertRefused("/a\nb", "no control characters");
    assertRefused("/" + "{a,b}".repeat(7), "braces that stand for at most 64 globs");
    assertRefused("/" + "a".repeat(4_096), "at most 4096 bytes");
  }

  @Test
  void aFilesNameCannotMakeMatchingSlow() {
    PathRule rule = PathRule.of("/home/**" + "a*".repeat(40) + "b");
    String path = "/home/" + "a".repeat(4_000);
    assertTimeoutPreemptively(Duration.ofSeconds(5), () -> assertEquals(false, rule.matches(path)));
  }

  @Test
  void aProgramMayNameItsContent() {
    String hash = "AB".repeat(32);
    ProgramRule rule = ProgramRule.of("/usr/bin/my tool sha256:" + hash);
    assertEquals("/usr/bin/my tool", rule.path());
    assertEquals("/usr/bin/my tool sha256:" + hash.toLowerCase(java.util.Locale.ROOT), rule.text());
    assertEquals(Optional.empty(), ProgramRule.of("/bin/sh").hash());
    for (String wrong :
        List.of("sh", "/bin/", "/bin/sh sha256:12", "/bin/sh sha256:" + "x".repeat(64))) {
      assertThrows(IllegalArgumentException.class, () -> ProgramRule.of(wrong), wrong);
    }
  }

  private static void assertMatches(String rule, List<String> yes, List<String> no) {
    PathRule parsed = PathRule.of(rule);
    yes.forEach(path -> assertTrue(parsed.matches(path), rule + " names " + path));
    no.forEach(path -> assertTrue(!parsed.matches(path), rule + " does not name " + path));
    assertEquals(rule, parsed.text());
  }

  private static void assertRefused(String rule, String expected) {
    String message =
        assertThrows(IllegalArgumentException.class, () -> PathRule.of(rule), rule).getMessage();
    assertEquals(expected, message, rule);
  }
}
