// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The arrows that must never exist. */
final class ArchitectureTest {
  private static final String ROOT = "io.lazaret.appliance";
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(ROOT);

  @Test
  void theApplianceDoesNotKnowTheAgent() {
    nobodyUses("io.lazaret.agent..");
  }

  @Test
  void nothingPointsAtTheServer() {
    onlyUses(ROOT + ".server..", ROOT, ROOT + ".server..");
  }

  @Test
  void nothingPointsAtTheAdminInterface() {
    onlyUses(ROOT + ".admin..", ROOT, ROOT + ".admin..");
  }

  @Test
  void metricsAreALeaf() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + ".metrics..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            ROOT,
            ROOT + ".server..",
            ROOT + ".verdict..",
            ROOT + ".content..",
            ROOT + ".engine..",
            ROOT + ".identity..",
            ROOT + ".ledger..",
            ROOT + ".admin..")
        .check(CLASSES);
  }

  @Test
  void theEndsOfThePathDoNotPointBack() {
    noClasses()
        .that()
        .resideInAnyPackage(
            ROOT + ".content..", ROOT + ".engine..", ROOT + ".ledger..", ROOT + ".identity..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(ROOT, ROOT + ".verdict..", ROOT + ".server..", ROOT + ".admin..")
        .check(CLASSES);
  }

  @Test
  void theVerdictsPathKnowsNoConnection() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + ".verdict..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.netty..", "java.sql..", "java.net..")
        .check(CLASSES);
  }

  @Test
  void everyLibraryHasItsOnePackage() {
    onlyUses("io.netty..", ROOT + ".server..");
    onlyUses("com.github.benmanes.caffeine..", ROOT + ".verdict..");
    onlyUses("xyz.capybara.clamav..", ROOT + ".engine..");
    onlyUses("java.sql..", ROOT + ".ledger..");
    onlyUses("com.sun.net.httpserver..", ROOT + ".admin..");
    onlyUses("com.fasterxml.jackson..", ROOT + ".admin..");
    onlyUses("org.bouncycastle..", ROOT + ".identity..");
    onlyUses("io.micrometer..", ROOT + ".metrics..");
    nobodyUses("java.lang.foreign..");
  }

  @Test
  void noCycles() {
    slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  private static void onlyUses(String used, String... users) {
    noClasses()
        .that()
        .resideOutsideOfPackages(users)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(used)
        .allowEmptyShould(true)
        .check(CLASSES);
  }

  private static void nobodyUses(String used) {
    noClasses().should().dependOnClassesThat().resideInAPackage(used).check(CLASSES);
  }
}
