// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.sizing;

import io.lazaret.protocol.Lane;
import io.lazaret.protocol.tls.TlsIdentity;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * The same never seen files through the whole appliance and straight into its clamd, in turns: what
 * is the path from a guest's bytes to a recorded verdict worth, compared with the scan alone?
 */
@Command(
    name = "never-seen",
    description = "Measures never seen files through an appliance and straight into clamd.")
final class NeverSeen implements Callable<Integer> {
  @Mixin private ApplianceOptions options = new ApplianceOptions();

  @Option(
      names = "--clamd",
      required = true,
      paramLabel = "HOST:PORT",
      converter = ApplianceOptions.AddressConverter.class,
      description = "The same engine: the appliance's own clamd, or one with the same settings.")
  private InetSocketAddress clamd = new InetSocketAddress(0);

  @Option(
      names = "--connections",
      defaultValue = "2",
      description = "Connections of clamdscan: as many as the appliance scans at once.")
  private int connections;

  @Option(names = "--texts", defaultValue = "1000", description = "Texts of 10 KB.")
  private int texts;

  @Option(names = "--elfs", defaultValue = "200", description = "ELF programs of 300 KB.")
  private int elfs;

  @Option(names = "--large", defaultValue = "12", description = "ELF programs of 20 MB.")
  private int large;

  @Option(names = "--random", defaultValue = "4", description = "Random files of 20 MB.")
  private int random;

  @Option(names = "--rounds", defaultValue = "5", description = "Times each kind is measured.")
  private int rounds;

  @Option(
      names = "--warm-up",
      defaultValue = "8",
      description = "Rounds with 1,000 texts before, not counted.")
  private int warmUp;

  @Option(
      names = "--kind-warm-up",
      defaultValue = "1",
      description = "Rounds of each kind before those that count.")
  private int kindWarmUp;

  @Option(names = "--window", defaultValue = "16", description = "Most asks of a guest in flight.")
  private int window;

  @Option(
      names = "--dir",
      defaultValue = "/dev/shm",
      description = "Where the files are made, in a folder that is deleted; best a tmpfs.")
  private Path dir = Path.of("");

  private ProcessTimes applianceTimes = ProcessTimes.self();
  private ProcessTimes clamdTimes = ProcessTimes.self();

  /** One kind of files. */
  private record Kind(String name, MakeFiles.Kind content, int size, int files) {}

  /** What all files of one round took, by the clock and of processors. */
  private record Cost(
      long nanos, long applianceMillis, long clamdMillis, long clientMillis, long idleMillis) {
    /** Of everybody who takes part; unlike the clock it does not count what others do meanwhile. */
    long processorMillis() {
      return applianceMillis + clamdMillis + clientMillis;
    }

    /** Guests are machines of their own in the field. */
    long withoutClientMillis() {
      return applianceMillis + clamdMillis;
    }
  }

  @Override
  public Integer call() throws Exception {
    List<Kind> kinds =
        List.of(
            new Kind("text_10KB", MakeFiles.Kind.TEXT, 10 << 10, texts),
            new Kind("elf_300KB", MakeFiles.Kind.ELF, 300 << 10, elfs),
            new Kind("elf_20MB", MakeFiles.Kind.ELF, 20 << 20, large),
            new Kind("random_20MB", MakeFiles.Kind.BINARY, 20 << 20, random));
    List<TlsIdentity> identities =
        SwarmEnrolment.all(options.tokens, options.guests, options.appliance);
    SplittableRandom seeds = new SplittableRandom(options.seed);
    applianceTimes = ProcessTimes.listeningAt(options.appliance);
    clamdTimes = ProcessTimes.listeningAt(clamd);
    Path folder = Files.createTempDirectory(dir, "lazaret-never-seen");
    try (Dialler dialler = new Dialler(options.threads);
        Clamdscan direct = new Clamdscan(clamd, connections, folder)) {
      Kind first = new Kind("warm_up", MakeFiles.Kind.TEXT, 10 << 10, 1_000);
      for (int round = 0; round < warmUp; round++) {
        withFiles(first, folder, seeds, files -> appliance(dialler, identities, files));
      }
      for (Kind kind : kinds) {
        if (kind.files() > 0) {
          System.out.println(measure(kind, dialler, identities, direct, folder, seeds));
        }
      }
    } finally {
      Files.deleteIfExists(folder);
    }
    return 0;
  }

  private String measure(
      Kind kind,
      Dialler dialler,
      List<TlsIdentity> identities,
      Clamdscan direct,
      Path folder,
      SplittableRandom seeds)
      throws Exception {
    List<Cost> through = new ArrayList<>();
    List<Cost> straight = new ArrayList<>();
    for (int round = 1 - kindWarmUp; round <= rounds; round++) {
      boolean oursFirst = round % 2 == 0;
      boolean counts = round > 0;
      withFiles(
          kind,
          folder,
          seeds,
          files -> {
            Cost first = oursFirst ? appliance(dialler, identities, files) : clamd(direct, files);
            Cost second = oursFirst ? clamd(direct, files) : appliance(dialler, identities, files);
            if (counts) {
              through.add(oursFirst ? first : second);
              straight.add(oursFirst ? second : first);
            }
            return second;
          });
    }
    List<Double> ratios =
        IntStream.range(0, rounds)
            .mapToObj(i -> (double) straight.get(i).nanos() / through.get(i).nanos())
            .toList();
    double straightProcessors = median(straight, Cost::processorMillis);
    return String.format(
        Locale.ROOT,
        "{\"kind\":\"%s\",\"files\":%d,\"rounds\":%d,\"appliance_per_second\":%.1f,"
            + "\"clamdscan_per_second\":%.1f,\"ratio\":%.3f,\"ratios\":%s,"
            + "\"cpu_ratio\":%.3f,\"cpu_ratio_without_guests\":%.3f,"
            + "\"cpu_ms_per_file\":{\"appliance\":%.3f,\"its_clamd\":%.3f,\"guests\":%.3f,"
            + "\"clamdscan\":%.3f,\"its_clamd_alone\":%.3f},"
            + "\"idle_ms_per_file\":{\"appliance\":%.3f,\"clamdscan\":%.3f}}",
        kind.name(),
        kind.files(),
        rounds,
        kind.files() * 1e9 / median(through, Cost::nanos),
        kind.files() * 1e9 / median(straight, Cost::nanos),
        median(ratios, Double::doubleValue),
        ratios.stream().map(ratio -> String.format(Locale.ROOT, "%.3f", ratio)).toList(),
        straightProcessors / median(through, Cost::processorMillis),
        straightProcessors / median(through, Cost::withoutClientMillis),
        median(through, Cost::applianceMillis) / kind.files(),
        median(through, Cost::clamdMillis) / kind.files(),
        median(through, Cost::clientMillis) / kind.files(),
        median(straight, Cost::clientMillis) / kind.files(),
        median(straight, Cost::clamdMillis) / kind.files(),
        median(through, Cost::idleMillis) / kind.files(),
        median(straight, Cost::idleMillis) / kind.files());
  }

  /** What is done with the files of one round. */
  private interface Use {
    Cost of(List<Path> files) throws Exception;
  }

  private static void withFiles(Kind kind, Path folder, SplittableRandom seeds, Use use)
      throws Exception {
    List<Path> files = make(kind, folder, seeds);
    try {
      use.of(files);
    } finally {
      for (Path file : files) {
        Files.delete(file);
      }
    }
  }

  private static List<Path> make(Kind kind, Path folder, SplittableRandom random)
      throws IOException {
    List<Path> files = new ArrayList<>();
    for (int i = 0; i < kind.files(); i++) {
      byte[] content = MakeFiles.content(kind.content(), kind.size(), random.split());
      files.add(Files.write(folder.resolve(kind.name() + "-" + i), content));
    }
    return files;
  }

  private Cost clamd(Clamdscan direct, List<Path> files) throws IOException, InterruptedException {
    long clamdBefore = clamdTimes.millis();
    long clientBefore = ProcessTimes.self().childrenMillis();
    long idleBefore = ProcessTimes.idleMillis();
    long nanos = direct.scan(files);
    return new Cost(
        nanos,
        0,
        clamdTimes.millis() - clamdBefore,
        ProcessTimes.self().childrenMillis() - clientBefore,
        ProcessTimes.idleMillis() - idleBefore);
  }

  /** What it took until all of them had recorded verdicts. */
  private Cost appliance(Dialler dialler, List<TlsIdentity> identities, List<Path> files)
      throws Exception {
    Contents contents = Contents.files(files);
    contents.hashAll();
    List<SimulatedGuest> guests = new ArrayList<>();
    for (TlsIdentity identity : identities) {
      guests.add(dialler.guest(identity, options.appliance, contents, Lane.OPEN).opened().get());
    }
    ProcessTimes appliance = applianceTimes;
    long before = appliance.millis();
    long clamdBefore = clamdTimes.millis();
    long clientBefore = ProcessTimes.self().millis();
    long idleBefore = ProcessTimes.idleMillis();
    long start = System.nanoTime();
    var running = IntStream.range(0, guests.size()).mapToObj(g -> run(guests, g, files)).toList();
    Tally total = new Tally();
    for (var one : running) {
      total.add(one.get());
    }
    long nanos = System.nanoTime() - start;
    Cost cost =
        new Cost(
            nanos,
            appliance.millis() - before,
            clamdTimes.millis() - clamdBefore,
            ProcessTimes.self().millis() - clientBefore,
            ProcessTimes.idleMillis() - idleBefore);
    guests.forEach(SimulatedGuest::close);
    if (total.count("clean_scan") != files.size()) {
      throw new IOException(
          "appliance: " + total.toJson(nanos) + " (expected: " + files.size() + " clean scans)");
    }
    return cost;
  }

  private CompletableFuture<Tally> run(List<SimulatedGuest> guests, int guest, List<Path> files) {
    int[] mine = IntStream.range(0, files.size()).filter(i -> i % guests.size() == guest).toArray();
    return guests.get(guest).run(Workload.each(mine, window, 1));
  }

  private static <T> double median(List<T> values, ToDoubleFunction<T> figure) {
    double[] sorted = values.stream().mapToDouble(figure).sorted().toArray();
    return sorted.length == 0 ? 0 : sorted[sorted.length / 2];
  }
}
