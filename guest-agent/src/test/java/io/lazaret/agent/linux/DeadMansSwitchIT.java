// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The two ways by which the outside learns that an agent is stuck. */
@Timeout(60)
class DeadMansSwitchIT {
  private static final int KILLED = 128 + 9;
  private static final Duration LIMIT = Duration.ofSeconds(1);

  @TempDir Path folder = Path.of("");

  /** A process with a switch: stopped as a whole, or rearming for three limits and then closing. */
  static final class Armed {
    private Armed() {}

    public static void main(String[] args) throws Exception {
      try (DeadMansSwitch armed = new DeadMansSwitch(LIMIT)) {
        armed.rearm();
        if (args[0].equals("stop")) {
          new ProcessBuilder("kill", "-STOP", Long.toString(ProcessHandle.current().pid()))
              .start()
              .waitFor();
        }
        for (int i = 0; i < 15; i++) {
          TimeUnit.MILLISECONDS.sleep(200);
          armed.rearm();
        }
      }
      TimeUnit.MILLISECONDS.sleep(LIMIT.toMillis() + 200);
    }
  }

  /** A service that is ready, alive, and stopping. */
  static final class Service {
    private Service() {}

    public static void main(String[] args) {
      ServiceManager manager = ServiceManager.of(System.getenv());
      manager.alive();
      manager.ready();
      manager.alive();
      manager.stopping();
    }
  }

  private static Process start(Class<?> main, Map<String, String> environment, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(List.of("timeout", "-s", "KILL", "50"));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx32m", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData"));
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-cp"));
    command.addAll(List.of(System.getProperty("java.class.path"), main.getName()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
    builder.environment().putAll(environment);
    return builder.start();
  }

  @Test
  void aStoppedProcessIsKilled() throws Exception {
    Process stopped = start(Armed.class, Map.of(), "stop");
    assertTrue(stopped.waitFor(20, TimeUnit.SECONDS));
    assertEquals(KILLED, stopped.exitValue());
  }

  @Test
  void oneThatRearmsLivesAndOneThatHasClosedToo() throws Exception {
    Process alive = start(Armed.class, Map.of(), "rearm");
    assertTrue(alive.waitFor(40, TimeUnit.SECONDS));
    assertEquals(0, alive.exitValue());
  }

  @Test
  void theServiceManagerHearsOfItsService() throws Exception {
    hears(folder.resolve("notify").toString(), "'" + folder.resolve("notify") + "'");
  }

  @Test
  void theServiceManagerMayHaveAnAddressOfNoFilesystem() throws Exception {
    String name = "lazaret-test-" + ProcessHandle.current().pid();
    hears("@" + name, "chr(0) + '" + name + "'");
  }

  private void hears(String address, String inPython) throws Exception {
    Path script =
        Files.writeString(
            folder.resolve("manager.py"),
            """
            import socket
            s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            s.bind(%s)
            s.settimeout(30)
            print("bound", flush=True)
            for _ in range(3):
                print(repr(s.recv(4096).decode()), flush=True)
            """
                .formatted(inPython));
    Process manager =
        new ProcessBuilder("timeout", "-s", "KILL", "50", "python3", script.toString())
            .redirectErrorStream(true)
            .start();
    try (BufferedReader heard = manager.inputReader(StandardCharsets.UTF_8)) {
      assertEquals("bound", heard.readLine());
      Process service = start(Service.class, Map.of("NOTIFY_SOCKET", address));
      assertEquals("'READY=1\\nWATCHDOG=1'", heard.readLine());
      assertEquals("'WATCHDOG=1'", heard.readLine());
      assertEquals("'STOPPING=1'", heard.readLine());
      assertTrue(service.waitFor(20, TimeUnit.SECONDS));
    } finally {
      manager.destroyForcibly();
    }
  }
}
