// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
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
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.lazaret.protocol");

  @Test
  void theProtocolSeesNeitherSide() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.lazaret.agent..", "io.lazaret.appliance..", "io.lazaret.sizing..")
        .check(CLASSES);
  }

  @Test
  void onlyTheAdaptersSeeNetty() {
    noClasses()
        .that()
        .resideOutsideOfPackages("..codec.netty..", "..tls.netty..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.netty..")
        .check(CLASSES);
  }

  @Test
  void everythingElseNeedsTheJdkOnly() {
    classes()
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "java..",
            "javax.net..",
            "javax.security..",
            "io.lazaret.protocol..",
            "io.netty..",
            "org.jspecify..")
        .check(CLASSES);
  }

  @Test
  void noNativeCode() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAPackage("java.lang.foreign..")
        .check(CLASSES);
  }

  @Test
  void messagesKnowNothingOfTheirBytes() {
    noClasses()
        .that()
        .resideInAPackage("io.lazaret.protocol")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("..codec..", "..tls..")
        .check(CLASSES);
  }

  @Test
  void noCycles() {
    slices().matching("io.lazaret.(**)").should().beFreeOfCycles().check(CLASSES);
  }
}
