// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.sizing;

import io.lazaret.protocol.tls.EnrolmentToken;
import io.lazaret.protocol.tls.TlsIdentity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A whole appliance of one's own: the installed program in a folder of its own, with clamd. */
final class OwnAppliance implements AutoCloseable {
  private static final int START_SECONDS = 90;
  private static final int ENROLLING = 8;
  private static final Path PROFILES = Path.of("/sys/kernel/security/apparmor/profiles");

  private final Path program;
  private final Path directory;
  private final String javaOptions;
  private final InetSocketAddress guests;
  private final int adminPort;
  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
  private @Nullable Process process;

  private OwnAppliance(Path program, Path directory, String javaOptions) throws IOException {
    this.program = program;
    this.directory = directory;
    this.javaOptions = javaOptions;
    this.guests = new InetSocketAddress(InetAddress.getLoopbackAddress(), freePort());
    this.adminPort = freePort();
    Runtime.getRuntime().addShutdownHook(new Thread(this::endQuietly));
  }

  /**
   * Makes one with test signatures and starts it.
   *
   * @param settings lines of its settings file
   */
  static OwnAppliance start(OwnApplianceOptions options, List<String> settings) throws Exception {
    // Below /tmp, where Debian's AppArmor profile lets clamd read.
    Path directory = Files.createTempDirectory(Path.of("/tmp"), "lazaret-sizing.");
    OwnAppliance appliance =
        new OwnAppliance(options.program(), directory, "-Xmx" + options.heap());
    try {
      Path home = directory.resolve("appliance");
      appliance.run(
          "init",
          "--dir",
          home.toString(),
          "--listen",
          address(appliance.guests.getPort()),
          "--admin",
          address(appliance.adminPort),
          "--test-signatures");
      List<String> lines = new ArrayList<>(settings);
      lines.add("identity.enrolments-per-minute = 1000000");
      if (Files.isReadable(PROFILES)
          && Files.readString(PROFILES).contains("/usr/sbin/clamd (enforce)")) {
        Path copy = directory.resolve("clamd"); // the profile goes by the program's path
        Files.copy(Path.of("/usr/sbin/clamd"), copy);
        lines.add("engine.binary = \"" + copy + "\"");
      }
      Files.write(appliance.config(), lines, StandardOpenOption.APPEND);
      appliance.start();
      return appliance;
    } catch (IOException | InterruptedException | RuntimeException e) {
      appliance.close();
      throw e;
    }
  }

  InetSocketAddress guests() {
    return guests;
  }

  /** Starts its process and waits until it is healthy. */
  void start() throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(program.toString(), "run", "--config", config().toString());
    builder.environment().put("LAZARET_JAVA_OPTS", javaOptions);
    builder.environment().putIfAbsent("LAZARET_LOG", "warn");
    Path log = directory.resolve("appliance.log");
    builder.redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    Process started = builder.start();
    process = started;
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
    while (!isHealthy()) {
      if (!started.isAlive() || System.nanoTime() > end) {
        throw new IOException("appliance: not healthy: " + Files.readString(log));
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  /** Ends it as a crash would. */
  void kill() throws InterruptedException {
    Process running = running();
    running.destroyForcibly();
    running.waitFor();
  }

  /** Ends it in order. */
  void stop() throws InterruptedException {
    Process running = running();
    running.destroy();
    if (!running.waitFor(30, TimeUnit.SECONDS)) {
      running.destroyForcibly().waitFor();
    }
  }

  /** Runs one of its commands and gives back what it printed. */
  String run(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(List.of(arguments));
    return output(command);
  }

  Path config() {
    return directory.resolve("appliance/appliance.conf");
  }

  /** Gets so many guests their certificates, by one token of a template. */
  List<TlsIdentity> enrol(int count) throws IOException, InterruptedException {
    EnrolmentToken token =
        EnrolmentToken.parse(
            run("token", "create", "--config", config().toString(), "--template").strip());
    try (ExecutorService threads = Executors.newFixedThreadPool(ENROLLING)) {
      List<Future<TlsIdentity>> enrolling = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        String host = "load-" + i;
        enrolling.add(threads.submit(() -> SwarmEnrolment.one(token, host, guests)));
      }
      List<TlsIdentity> identities = new ArrayList<>();
      for (Future<TlsIdentity> one : enrolling) {
        identities.add(one.get());
      }
      return identities;
    } catch (ExecutionException e) {
      throw new IOException("enrolment: " + e.getCause(), e);
    }
  }

  /** The sum of all samples of a metric that have this text in their line. */
  double metric(String name, String label) throws IOException, InterruptedException {
    return get("/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
        .filter(line -> line.contains(label))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  /** Bytes of heap that live, after two full collections. */
  long heapAfterCollection() throws IOException, InterruptedException {
    String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    for (int i = 0; i < 2; i++) {
      output(List.of(jcmd, Long.toString(running().pid()), "GC.run"));
    }
    return (long) metric("jvm_memory_used_bytes", "area=\"heap\"");
  }

  /** Bytes that its process has resident. */
  long resident() throws IOException {
    try (Stream<String> lines =
        Files.lines(Path.of("/proc", Long.toString(running().pid()), "status"))) {
      return lines
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) << 10)
          .findFirst()
          .orElse(0);
    }
  }

  @Override
  public void close() throws IOException {
    try {
      if (process != null) {
        stop();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (!Files.exists(directory)) {
      return; // closed before
    }
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  /** When this program is ended by a signal, nothing is left behind. */
  private void endQuietly() {
    try {
      close();
    } catch (IOException e) {
      System.err.println("appliance: not removed: " + e);
    }
  }

  private Process running() {
    Process now = process;
    if (now == null) {
      throw new IllegalStateException("appliance: not started");
    }
    return now;
  }

  private boolean isHealthy() throws InterruptedException {
    try {
      return get("/health").statusCode() == 200;
    } catch (IOException e) {
      return false; // it does not listen yet
    }
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    URI uri = URI.create("http://" + address(adminPort) + path);
    return http.send(
        HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(30)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static String output(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", command) + ": " + output);
    }
    return output;
  }

  private static String address(int port) {
    return InetAddress.getLoopbackAddress().getHostAddress() + ":" + port;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
