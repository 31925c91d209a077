// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaConstructorCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.lazaret.appliance.admin.AdminServer;
import io.lazaret.appliance.content.Staging;
import io.lazaret.appliance.identity.Enrolment;
import io.lazaret.appliance.server.GuestServer;
import io.lazaret.appliance.server.Sessions;
import io.lazaret.appliance.verdict.VerdictService;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The arrows that must never exist. */
class ArchitectureTest {
  private static final String ROOT = "io.lazaret.appliance";
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(ROOT);

  @Test
  void theApplianceKnowsNothingOfTheAgent() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.lazaret.agent..")
        .check(CLASSES);
  }

  @Test
  void nothingButTheWiringPointsAtTheServer() {
    nothingPointsAt("server");
  }

  @Test
  void nothingButTheWiringAndTheCommandLinePointsAtAdmin() {
    nothingPointsAt("admin");
  }

  @Test
  void noPartPointsAtTheWiring() {
    noClasses()
        .that(resideInAPackage(ROOT + ".*.."))
        .should()
        .dependOnClassesThat(resideInAPackage(ROOT))
        .check(CLASSES);
  }

  @Test
  void metricsAreALeaf() {
    leaf("metrics");
  }

  @Test
  void theLedgerKnowsOnlyMetrics() {
    onlyKnows("ledger", "metrics");
  }

  @Test
  void contentAndEngineKnowOnlyMetrics() {
    onlyKnows("content", "metrics");
    onlyKnows("engine", "metrics");
  }

  @Test
  void identityKnowsOnlyTheLedgerAndMetrics() {
    onlyKnows("identity", "ledger", "metrics");
  }

  @Test
  void verdictsKnowContentEngineLedgerAndWhoAsks() {
    onlyKnows("verdict", "content", "engine", "ledger", "identity", "metrics");
  }

  @Test
  void theFleetKnowsTheLedgerWhoAsksAndTheWayToThem() {
    onlyKnows("fleet", "verdict", "ledger", "identity", "metrics");
  }

  @Test
  void adminKnowsNeitherTheServerNorContent() {
    onlyKnows("admin", "fleet", "verdict", "engine", "ledger", "identity", "metrics");
  }

  @Test
  void eachLibraryIsBehindOnePackage() {
    only("com.github.benmanes.caffeine..", "verdict");
    only("xyz.capybara..", "engine");
    only("java.sql..", "ledger");
    only("org.sqlite..", "ledger");
    only("org.bouncycastle..", "identity");
    only("com.sun.net.httpserver..", "admin");
    only("java.net.http..", "admin");
    only("com.fasterxml.jackson..", "admin");
    only("io.micrometer..", "metrics");
    only("io.netty..", "server");
  }

  @Test
  void theVerdictsPathKnowsNoConnection() {
    noClasses()
        .that(resideInAPackage(ROOT + ".verdict.."))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.net..")
        .check(CLASSES);
  }

  @Test
  void onlyTheCommandLineReadsOptionsAndOnlySettingsReadHocon() {
    noClasses()
        .that(resideInAPackage(ROOT + ".*.."))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("picocli..", "com.typesafe.config..")
        .check(CLASSES);
  }

  @Test
  void nobodyCallsNativeCode() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAPackage("java.lang.foreign..")
        .check(CLASSES);
  }

  @Test
  void thereAreNoCycles() {
    slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void onlyTheWiringMakesServices() {
    for (Class<?> service :
        List.of(
            VerdictService.class,
            GuestServer.class,
            Sessions.class,
            AdminServer.class,
            Staging.class,
            Enrolment.class)) {
      noClasses()
          .that()
          .doNotHaveFullyQualifiedName(Appliance.class.getName())
          .should()
          .callConstructorWhere(
              DescribedPredicate.describe(
                  "it makes a " + service.getSimpleName(),
                  (JavaConstructorCall call) ->
                      call.getTargetOwner().isEquivalentTo(service)
                          && !call.getOriginOwner().isEquivalentTo(service)))
          .check(CLASSES);
    }
  }

  private static void nothingPointsAt(String part) {
    noClasses()
        .that(resideInAPackage(ROOT + ".*..").and(outside(part)))
        .should()
        .dependOnClassesThat(resideInAPackage(ROOT + "." + part + ".."))
        .check(CLASSES);
  }

  private static void leaf(String part) {
    onlyKnows(part);
  }

  /** Of the appliance's own packages this one knows only itself and these. */
  private static void onlyKnows(String part, String... others) {
    DescribedPredicate<JavaClass> known = resideInAPackage(ROOT + "." + part + "..");
    for (String other : others) {
      known = known.or(resideInAPackage(ROOT + "." + other + ".."));
    }
    noClasses()
        .that(resideInAPackage(ROOT + "." + part + ".."))
        .should()
        .dependOnClassesThat(resideInAPackage(ROOT + "..").and(DescribedPredicate.not(known)))
        .check(CLASSES);
  }

  private static void only(String library, String part) {
    noClasses()
        .that(outside(part))
        .should()
        .dependOnClassesThat(resideInAPackage(library))
        .check(CLASSES);
  }

  private static DescribedPredicate<JavaClass> outside(String part) {
    return DescribedPredicate.not(resideInAPackage(ROOT + "." + part + ".."));
  }
}
