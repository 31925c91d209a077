// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The arrows that must never exist. */
class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.lazaret.agent");

  private static String in(String name) {
    return "io.lazaret.agent." + name + "..";
  }

  @Test
  void theAgentKnowsNothingOfTheAppliance() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.lazaret.appliance..")
        .check(CLASSES);
  }

  @Test
  void decisionsKnowNeitherWatchersNorLinuxNorNetty() {
    noClasses()
        .that()
        .resideInAPackage(in("decision"))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            in("watch"), in("linux"), in("debt"), in("remedy"), in("journal"), "io.netty..")
        .check(CLASSES);
  }

  @Test
  void theClientKnowsNeitherDecisionsNorWatchersNorLinux() {
    noClasses()
        .that()
        .resideInAPackage(in("client"))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(in("decision"), in("watch"), in("linux"), in("debt"), in("remedy"))
        .check(CLASSES);
  }

  @Test
  void metricsAreALeaf() {
    noClasses()
        .that()
        .resideInAPackage(in("metrics"))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(in("decision"), in("watch"), in("linux"), in("client"))
        .check(CLASSES);
  }

  @Test
  void journalsKnowNothingButMetrics() {
    noClasses()
        .that()
        .resideInAPackage(in("journal"))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            in("decision"), in("watch"), in("linux"), in("client"), in("debt"), in("remedy"))
        .check(CLASSES);
  }

  @Test
  void debtsAndRemedyKnowNeitherEachOtherNorWatchers() {
    noClasses()
        .that()
        .resideInAPackage(in("debt"))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(in("watch"), in("remedy"), in("control"))
        .check(CLASSES);
    noClasses()
        .that()
        .resideInAPackage(in("remedy"))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(in("watch"), in("debt"), in("control"))
        .check(CLASSES);
  }

  @Test
  void linuxIsALeaf() {
    noClasses()
        .that()
        .resideInAPackage(in("linux"))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            in("decision"), in("watch"), in("metrics"), in("client"), "io.lazaret.protocol..")
        .check(CLASSES);
  }

  @Test
  void onlyLinuxCallsNativeCode() {
    noClasses()
        .that()
        .resideOutsideOfPackage(in("linux"))
        .should()
        .dependOnClassesThat()
        .resideInAPackage("java.lang.foreign..")
        .check(CLASSES);
  }

  @Test
  void notifyModeNeedsNoLinux() {
    noClasses()
        .that()
        .resideInAPackage("io.lazaret.agent.watch.portable..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.lazaret.agent.linux..", "io.lazaret.agent.watch")
        .check(CLASSES);
  }

  @Test
  void nettyIsInTheClientOnly() {
    noClasses()
        .that()
        .resideOutsideOfPackage(in("client"))
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.netty..")
        .check(CLASSES);
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching("io.lazaret.agent.(*)..").should().beFreeOfCycles().check(CLASSES);
  }
}
