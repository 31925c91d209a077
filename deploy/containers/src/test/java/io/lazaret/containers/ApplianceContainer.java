// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.containers;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.HealthCheck;
import com.github.dockerjava.api.model.HostConfig;
import io.lazaret.sizing.AskingGuest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

/**
 * The image under test, with nothing that compose.yml would not give it: read-only root, no
 * capabilities, the two volumes. It is on this machine's network, on free ports of loopback.
 */
final class ApplianceContainer extends GenericContainer<ApplianceContainer> {
  private static final long MIB = 1 << 20;
  private static final Duration START_TIME = Duration.ofSeconds(90);
  private static final HttpClient HTTP =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

  private final InetSocketAddress guests = freePort();
  private final InetSocketAddress admin = freePort();

  /**
   * Not yet started; it counts as started when its own health check says so.
   *
   * @param state the name of a volume, which is made when there is none
   */
  ApplianceContainer(String state, Path signatures) throws IOException {
    super(DockerImageName.parse(System.getProperty("containers.image")));
    withNetworkMode("host");
    withEnv(Map.of("LAZARET_GUESTS", text(guests), "LAZARET_ADMIN", text(admin)));
    // The mark by which a run finds what it started.
    withEnv("LAZARET_RUN", run());
    withLabel("io.lazaret.run", run());
    withCreateContainerCmdModifier(command ->
        confine(
            command,
            List.of(
                Bind.parse(state + ":/var/lib/lazaret-appliance"),
                Bind.parse(signatures + ":/var/lib/clamav:ro"))));
    waitingFor(Wait.forHealthcheck().withStartupTimeout(START_TIME));
  }

  /** The folder of the run that these tests are a part of. */
  static String run() {
    return System.getenv().getOrDefault("LAZARET_RUN", "none");
  }

  private static void confine(CreateContainerCmd command, List<Bind> binds) {
    HostConfig host = command.getHostConfig();
    if (host == null) {
      throw new IllegalStateException("host settings: none (expected: those of the network)");
    }
    host.withReadonlyRootfs(true)
        .withCapDrop(Capability.ALL)
        .withSecurityOpts(List.of("no-new-privileges"))
        .withTmpFs(Map.of("/tmp", "rw,noexec,nosuid,nodev,size=64m"))
        .withShmSize(256 * MIB)
        .withPidsLimit(1024L)
        .withMemory(2048 * MIB)
        .withBinds(binds);
    // The image's own check, oftener.
    var _ = command.withHealthcheck(new HealthCheck().withInterval(1_000_000_000L));
  }

  /** It counts as started when it answers its health check, whatever the answer is. */
  ApplianceContainer whenItTellsItsHealth() {
    return waitingFor(
        Wait.forSuccessfulCommand("/usr/lib/lazaret-appliance/container/health | grep -q engine")
            .withStartupTimeout(START_TIME));
  }

  /** Ends it at once, as the machine's power supply would. */
  void kill() {
    getDockerClient().killContainerCmd(getContainerId()).exec();
  }

  InetSocketAddress guests() {
    return guests;
  }

  /** A guest with a certificate by a new token. */
  AskingGuest enrol(String name) throws IOException, InterruptedException {
    return AskingGuest.enrol(output("lazaret-appliance", "token", "create").strip(), name, guests);
  }

  /** What a command in the container printed, which has to end with 0. */
  String output(String... command) throws IOException, InterruptedException {
    ExecResult result = execInContainer(command);
    if (result.getExitCode() != 0) {
      throw new IOException(
          String.join(" ", command)
              + ": ended with "
              + result.getExitCode()
              + ": "
              + result.getStdout()
              + result.getStderr());
    }
    return result.getStdout();
  }

  /** What a script printed that a shell in the container ran. */
  String shell(String script) throws IOException, InterruptedException {
    return output("bash", "-euc", script);
  }

  /** The sum of a metric's samples. */
  double metric(String name) throws IOException, InterruptedException {
    HttpResponse<String> page =
        HTTP.send(
            HttpRequest.newBuilder(URI.create("http://" + text(admin) + "/metrics"))
                .timeout(Duration.ofSeconds(10))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    return page.body()
        .lines()
        .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  private static String text(InetSocketAddress address) {
    return address.getAddress().getHostAddress() + ":" + address.getPort();
  }

  private static InetSocketAddress freePort() throws IOException {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    try (ServerSocket socket = new ServerSocket(0, 1, loopback)) {
      return new InetSocketAddress(loopback, socket.getLocalPort());
    }
  }
}
