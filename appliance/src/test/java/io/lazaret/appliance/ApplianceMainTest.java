// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the command line on an appliance that does not run. */
class ApplianceMainTest {
  @TempDir private Path directory;
  private String out = "";
  private String err = "";

  @Test
  void initMakesEverythingThatTheOtherCommandsNeed() throws IOException {
    init();
    assertTrue(out.contains("lazaret-appliance run --config " + config()), out);
    for (String secret :
        List.of("ca/ca.key", "ca/server.key", "state/admin.token", "state/ledger.db")) {
      assertEquals(
          "rw-------",
          PosixFilePermissions.toString(
              Files.getPosixFilePermissions(directory.resolve("new").resolve(secret))));
    }
    assertTrue(Files.exists(directory.resolve("new/signatures")));
    assertEquals(0, run("check", "--config", config()), out + err);
    assertTrue(out.contains("ok    ledger"), out);
  }

  @Test
  void initMakesWhatExistingSettingsName() throws IOException {
    Path settings = directory.resolve("here.conf");
    Files.writeString(settings, "state.directory = \"there\"\nidentity.authority = \"there/ca\"\n");
    assertEquals(0, run("init", "--config", settings.toString(), "--name", "cellar"));
    assertTrue(Files.exists(directory.resolve("there/ca/ca.key")));
    assertTrue(Files.exists(directory.resolve("there/ledger.db")));
    assertEquals(0, run("token", "create", "--config", settings.toString()));
    assertEquals(2, run("init", "--config", settings.toString()));
  }

  @Test
  void initOverwritesNothing() throws IOException {
    init();
    String before = Files.readString(directory.resolve("new/ca/ca.crt"));
    assertEquals(2, run("init", "--dir", directory.resolve("new").toString()));
    assertTrue(err.contains("is there already"), err);
    assertEquals(before, Files.readString(directory.resolve("new/ca/ca.crt")));
  }

  @Test
  void tokenCreatePrintsTheTokenAlone() throws IOException {
    init();
    assertEquals(0, run("token", "create", "--config", config(), "--guest", "vm1"), err);
    assertTrue(out.matches("lz1\\.[A-Za-z0-9_-]{32}\\.[A-Za-z0-9_-]{43}\n"), out);
    String secret = out.substring(4, 36);
    assertEquals(0, run("token", "list", "--json", "--config", config()), err);
    assertTrue(out.contains("\"guest\":\"vm1\""), out);
    assertFalse(out.contains(secret), out);
    assertEquals(0, run("token", "revoke", "1", "--config", config()), err);
    assertEquals(3, run("token", "revoke", "1", "--config", config()));
    assertEquals(0, run("audit", "--config", config()), err);
    assertTrue(out.contains("token_revoked"), out);
  }

  @Test
  void wrongUseEndsWith2AndSaysWhatWasExpected() throws IOException {
    init();
    assertEquals(2, run("token", "create", "--config", config(), "--valid", "soon"));
    assertTrue(err.contains("valid: soon (expected: such as 90s"), err);
    assertEquals(2, run("token", "create", "--config", config(), "--tenant", "a b"));
    assertEquals(2, run("verdicts", "show", "abc", "--config", config()));
    assertEquals(2, run("nonsense"));
    assertEquals(2, run());
    assertEquals(2, run("guests", "--config", directory.resolve("none").toString()));
    Files.writeString(Path.of(config()), "colour = red\n");
    assertEquals(2, run("guests", "--config", config()));
    assertTrue(err.contains(config() + ":1: colour: unknown key"), err);
  }

  @Test
  void whatNeedsARunningApplianceEndsWith3WithoutOne() throws IOException {
    init();
    for (String command : List.of("scans", "signatures status", "signatures reload")) {
      String[] words = (command + " --config " + config()).split(" ");
      assertEquals(3, run(words), command);
      assertTrue(err.contains("the appliance is not running"), err);
    }
  }

  @Test
  void listsAreEmptyAtFirst() throws IOException {
    init();
    for (String command : List.of("guests list", "guests", "verdicts", "threats list", "audit")) {
      assertEquals(0, run((command + " --json --config " + config()).split(" ")), err);
      assertEquals("[]\n", out, command);
    }
    assertEquals(3, run("guests", "show", "nobody", "--config", config()));
  }

  @Test
  void checkFindsWhatIsWrong() throws IOException {
    init();
    Files.setPosixFilePermissions(
        directory.resolve("new/ca/ca.key"), PosixFilePermissions.fromString("rw-r--r--"));
    assertEquals(3, run("check", "--config", config()));
    assertTrue(out.contains("BAD   authority's key"), out);
    assertTrue(out.contains("-> chmod 600 "), out);
    assertEquals(3, run("check", "--json", "--config", config()));
    assertTrue(out.contains("{\"state\":\"wrong\",\"what\":\"authority's key\""), out);
  }

  @Test
  void checkLooksAtPortsLedgerCredentialAndAuthority() throws IOException {
    init();
    int port = Integer.parseInt(setting("guests", ".*:(\\d+)\".*"));
    try (ServerSocket taken = new ServerSocket()) {
      taken.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      assertEquals(3, run("check", "--config", config()));
      assertTrue(out.contains("BAD   guests' port"), out);
    }
    Files.delete(directory.resolve("new/state/ledger.db"));
    Files.delete(directory.resolve("new/state/admin.token"));
    Files.delete(directory.resolve("new/ca/ca.crt"));
    assertEquals(3, run("check", "--config", config()));
    for (String part : List.of("ledger", "admin credential", "authority")) {
      assertTrue(out.contains("BAD   " + part + " "), out);
    }
  }

  private String setting(String key, String pattern) throws IOException {
    String line =
        Files.readAllLines(Path.of(config())).stream()
            .filter(text -> text.strip().startsWith(key))
            .findFirst()
            .orElseThrow();
    return line.replaceAll(pattern, "$1");
  }

  private void init() throws IOException {
    int code =
        run(
            "init",
            "--dir",
            directory.resolve("new").toString(),
            "--listen",
            "127.0.0.1:" + freePort(),
            "--admin",
            "127.0.0.1:" + freePort(),
            "--test-signatures");
    assertEquals(0, code, err);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private String config() {
    return directory.resolve("new/appliance.conf").toString();
  }

  private int run(String... args) {
    StringWriter outText = new StringWriter();
    StringWriter errText = new StringWriter();
    int code =
        ApplianceMain.run(new PrintWriter(outText, true), new PrintWriter(errText, true), args);
    out = outText.toString();
    err = errText.toString();
    return code;
  }
}
