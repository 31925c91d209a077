// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.agent.client.CurrentIdentity;
import io.lazaret.agent.client.IdentityFile;
import io.lazaret.agent.client.TestAppliance;
import io.lazaret.agent.client.TestAuthority;
import io.lazaret.agent.watch.Filesystems;
import io.lazaret.protocol.Answer;
import io.lazaret.protocol.Ask;
import io.lazaret.protocol.Message;
import io.lazaret.protocol.Outcome;
import io.lazaret.protocol.Refusal;
import io.lazaret.protocol.Verdict;
import io.lazaret.protocol.tls.EnrolmentToken;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Runs the commands in this process, against an appliance that follows a script. */
class CommandLineTest {
  @TempDir Path dir = Path.of("");
  private final TestAuthority authority = new TestAuthority();

  private record Ran(int code, String out, String err) {}

  @Test
  void enrolTellsTheSettingsOfAPackageWhichApplianceItIs() throws Exception {
    EnrolmentToken token = EnrolmentToken.create(authority.certificate(), new SecureRandom());
    Path settings = Files.createDirectories(dir).resolve("agent.conf");
    Files.writeString(settings, "include \"appliances.conf\"\nidentity = here.pem\n");
    try (TestAppliance appliance = enrolling(token)) {
      Ran ran =
          run(
              "enrol",
              "--dir",
              dir.toString(),
              "--token",
              token.text(),
              "--appliance",
              appliance.address().toString());
      assertEquals(ExitCode.DONE, ran.code(), ran.err());
      assertEquals(
          List.of(appliance.address()), AgentSettings.load(settings).client().appliances());
      assertTrue(Files.exists(dir.resolve("here.pem")));
    }
  }

  @Test
  void enrolMakesAnIdentityAndSettings() throws Exception {
    EnrolmentToken token = EnrolmentToken.create(authority.certificate(), new SecureRandom());
    try (TestAppliance appliance = enrolling(token)) {
      String address = appliance.address().toString();
      Path home = dir.resolve("lazaret");
      Ran ran =
          run(
              "enrol",
              "--dir",
              home.toString(),
              "--token",
              token.text(),
              "--appliance",
              address,
              "--guard",
              "/home",
              "--name",
              "desk-1");
      assertEquals(0, ran.code(), ran.err());
      Path identity = home.resolve("identity.pem");
      assertEquals(
          PosixFilePermissions.fromString("rw-------"), Files.getPosixFilePermissions(identity));
      assertEquals(
          authority.certificate(),
          new CurrentIdentity(new IdentityFile(identity)).identity().authority());
      AgentSettings settings = AgentSettings.load(home.resolve("agent.conf"));
      assertEquals(List.of(appliance.address()), settings.client().appliances());
      assertEquals(
          new Filesystems.Named(List.of(Path.of("/home"))), settings.watch().filesystems());

      Ran again = run("enrol", "--dir", home.toString(), "--token", token.text());
      assertEquals(2, again.code());
      assertTrue(again.err().contains("has an identity already"), again.err());
    }
  }

  @Test
  void aTokenThatWasUsedIsExplained() throws Exception {
    EnrolmentToken token = EnrolmentToken.create(authority.certificate(), new SecureRandom());
    try (TestAppliance appliance =
        new TestAppliance(
            authority,
            guest -> {
              guest.read();
              guest.write(new Message.Goodbye(Refusal.TOKEN_INVALID, "used"));
            })) {
      Ran ran =
          run(
              "enrol",
              "--dir",
              dir.toString(),
              "--token",
              token.text(),
              "--appliance",
              appliance.address().toString());
      assertEquals(3, ran.code());
      assertTrue(ran.err().contains("unknown, used or expired"), ran.err());
      assertFalse(Files.exists(dir.resolve("identity.pem")));
    }
  }

  @Test
  void anApplianceThatTheTokenDoesNotNameIsRefused() throws Exception {
    EnrolmentToken other =
        EnrolmentToken.create(new TestAuthority().certificate(), new SecureRandom());
    try (TestAppliance appliance = enrolling(other)) {
      Ran ran =
          run(
              "enrol",
              "--dir",
              dir.toString(),
              "--token",
              other.text(),
              "--appliance",
              appliance.address().toString());
      assertEquals(3, ran.code());
      assertTrue(ran.err().contains("which the token names"), ran.err());
    }
  }

  @Test
  void aMalformedTokenIsWrongUseAndIsNotShown() {
    Ran ran = run("enrol", "--dir", dir.toString(), "--token", "lz1.secret", "--appliance", "a");
    assertEquals(2, ran.code());
    assertFalse(ran.err().contains("secret."), ran.err());
  }

  @Test
  void aScanNamesWhatItFoundAndEndsWithOne() throws Exception {
    Path files = Files.createDirectories(dir.resolve("files/deep"));
    Files.writeString(files.resolve("good"), "good");
    Files.writeString(files.resolve("bad"), "bad!!");
    Files.createSymbolicLink(files.resolve("link"), files.resolve("bad"));
    try (TestAppliance appliance = judging()) {
      configure(appliance);
      Ran ran = run("scan", "--dir", dir.toString(), dir.resolve("files").toString());
      assertEquals(1, ran.code(), ran.err());
      assertTrue(ran.out().contains("infected: " + files.resolve("bad") + ": Test.Bad"), ran.out());
      assertTrue(ran.out().contains("2 files"), ran.out());
      Ran clean = run("scan", "--json", "--dir", dir.toString(), files.resolve("good").toString());
      assertEquals(0, clean.code(), clean.err());
      assertTrue(clean.out().contains("\"clean\": 1, \"infected\": []"), clean.out());
    }
  }

  @Test
  void withoutAnApplianceAScanCouldNotBeDone() throws Exception {
    TestAppliance appliance = judging();
    configure(appliance);
    appliance.close();
    Files.writeString(dir.resolve("file"), "content");
    Ran ran = run("scan", "--dir", dir.toString(), dir.resolve("file").toString());
    assertEquals(3, ran.code());
    assertTrue(ran.err().contains("no appliance can be reached"), ran.err());
  }

  @Test
  void statusWithoutAnAgentSaysSo() throws Exception {
    Files.writeString(dir.resolve("agent.conf"), "");
    Ran ran = run("status", "--dir", dir.toString());
    assertEquals(3, ran.code());
    assertTrue(ran.err().contains("no agent answers at"), ran.err());
  }

  @Test
  void anEmptyQuarantineIsListedAndKnowsNoId() throws Exception {
    Files.writeString(dir.resolve("agent.conf"), "");
    Ran list = run("quarantine", "list", "--json", "--dir", dir.toString());
    assertEquals(0, list.code(), list.err());
    assertTrue(list.out().contains("\"answer\": \"done\""), list.out());
    assertTrue(list.out().contains("\"items\": []"), list.out());
    Ran show = run("quarantine", "show", "0123456789abcdef", "--dir", dir.toString());
    assertEquals(2, show.code());
    Ran nothing = run("quarantine");
    assertEquals(2, nothing.code());
    assertTrue(nothing.err().contains("restore"), nothing.err());
    assertFalse(Files.exists(dir.resolve("state")), "a look makes nothing");
  }

  @Test
  void wrongSettingsEndWithTwo() throws Exception {
    Files.writeString(dir.resolve("agent.conf"), "colour = red\n");
    for (String command : List.of("run", "status", "check")) {
      Ran ran = run(command, "--dir", dir.toString());
      assertEquals(2, ran.code(), command);
      assertTrue(ran.err().contains("agent.conf:1: colour: unknown key"), ran.err());
    }
  }

  @Test
  void checkNamesWhatIsWrong() throws Exception {
    try (TestAppliance appliance = judging()) {
      configure(appliance);
      Ran ran = run("check", "--dir", dir.toString());
      assertTrue(ran.out().contains("is there and is ours"), ran.out());
      assertTrue(ran.out().contains("nothing would be guarded"), ran.out());
      assertEquals(3, ran.code());
    }
  }

  @Test
  void anAgentInNotifyModeSeesWrittenFilesAndAnswersTheCommandLine() throws Exception {
    Path guarded = Files.createDirectories(dir.resolve("guarded"));
    try (TestAppliance appliance = judging()) {
      configure(appliance, "mode = notify", "filesystems = [\"" + guarded + "\"]");
      AgentSettings settings = AgentSettings.load(dir.resolve("agent.conf"));
      Agent agent = new Agent(settings);
      try {
        agent.start();
        Thread.ofPlatform().daemon().start(agent::awaitEnd);
        Path deep = Files.createDirectories(guarded.resolve("new/folder"));
        Files.writeString(deep.resolve("bad"), "bad!!");
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        Ran ran = run("status", "--json", "--dir", dir.toString());
        while (!ran.out().contains("\"detections\": 1") && System.nanoTime() < end) {
          ran = run("status", "--json", "--dir", dir.toString());
        }
        assertTrue(ran.out().contains("\"detections\": 1"), ran.out());
        assertTrue(ran.out().contains("\"connected\": true"), ran.out());
        assertTrue(ran.out().contains("\"mode\": \"notify\""), ran.out());
        // Through the agent: a second session would be refused by a real appliance.
        int connections = appliance.connections();
        Ran scan = run("scan", "--dir", dir.toString(), guarded.toString());
        assertEquals(1, scan.code(), scan.err());
        assertEquals(connections, appliance.connections());
      } finally {
        agent.stop();
      }
      assertFalse(Files.exists(dir.resolve("agent.sock")));
    }
  }

  @Test
  void everyCommandHasItsHelp() {
    CommandLine line = AgentMain.commandLine();
    assertEquals(0, run("--help").code());
    line.getSubcommands().keySet().forEach(name -> assertEquals(0, run(name, "--help").code()));
    assertEquals(2, run("no-such-command").code());
  }

  private static Ran run(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine line = AgentMain.commandLine();
    line.setOut(new PrintWriter(out));
    line.setErr(new PrintWriter(err));
    int code = line.execute(arguments);
    return new Ran(code, out.toString(), err.toString());
  }

  private void configure(TestAppliance appliance, String... more) throws IOException {
    List<String> lines = new ArrayList<>(List.of(more));
    lines.add("appliances = [\"" + appliance.address() + "\"]");
    Files.write(dir.resolve("agent.conf"), lines);
    new IdentityFile(dir.resolve("identity.pem"))
        .write(authority.guest(Instant.now(), Duration.ofDays(1)));
  }

  private TestAppliance enrolling(EnrolmentToken token) throws IOException {
    return new TestAppliance(
        authority,
        guest -> {
          Message.Enrol enrol = (Message.Enrol) guest.read();
          assertEquals(token.secret(), enrol.token());
          guest.write(
              new Message.Enrolled(
                  enrol.host(), authority.sign(enrol.request(), Duration.ofDays(1))));
        });
  }

  /** Five bytes are bad, everything else is good. */
  private TestAppliance judging() throws IOException {
    return new TestAppliance(
        authority,
        guest -> {
          guest.welcome();
          while (true) {
            switch (guest.read()) {
              case Message.Asks asks -> {
                List<Answer> answers = new ArrayList<>();
                for (Ask ask : asks.asks()) {
                  Verdict verdict =
                      ask.access().content().length() == 5
                          ? new Verdict.Infected("Test.Bad")
                          : Verdict.CLEAN;
                  answers.add(
                      new Answer(ask.id(), new Outcome.Judged(verdict, 1, Outcome.Source.MEMORY)));
                }
                guest.write(new Message.Answers(answers));
              }
              case Message.Reports reports ->
                  guest.write(new Message.ReportsStored(reports.sequence()));
              case Message.Ping ping -> guest.write(new Message.Pong(ping.token()));
              default -> {}
            }
          }
        });
  }
}
