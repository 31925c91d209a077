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
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
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

  @Option(names = "--rounds", defaultValue = "5", description = "Times each kind is measured.")
  private int rounds;

  @Option(names = "--warm-up", defaultValue = "1", description = "Rounds before, not counted.")
  private int warmUp;

  @Option(names = "--window", defaultValue = "16", description = "Most asks of a guest in flight.")
  private int window;

  @Option(
      names = "--dir",
      defaultValue = "/dev/shm",
      description = "Where the files are made, in a folder that is deleted; best a tmpfs.")
  private Path dir = Path.of("");

  /** One kind of files. */
  private record Kind(String name, MakeFiles.Kind content, int size, int files) {}

  @Override
  public Integer call() throws Exception {
    List<Kind> kinds =
        List.of(
            new Kind("text_10KB", MakeFiles.Kind.TEXT, 10 << 10, texts),
            new Kind("elf_300KB", MakeFiles.Kind.ELF, 300 << 10, elfs),
            new Kind("elf_20MB", MakeFiles.Kind.ELF, 20 << 20, large));
    List<TlsIdentity> identities =
        SwarmEnrolment.all(options.tokens, options.guests, options.appliance);
    SplittableRandom random = new SplittableRandom(options.seed);
    Path folder = Files.createTempDirectory(dir, "lazaret-never-seen");
    try (Dialler dialler = new Dialler(options.threads);
        Clamdscan direct = new Clamdscan(clamd, connections, folder)) {
      for (Kind kind : kinds) {
        if (kind.files() > 0) {
          System.out.println(measure(kind, dialler, identities, direct, folder, random));
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
      SplittableRandom random)
      throws Exception {
    List<Double> through = new ArrayList<>();
    List<Double> straight = new ArrayList<>();
    List<Double> ratios = new ArrayList<>();
    for (int round = 0; round < warmUp + rounds; round++) {
      List<Path> files = make(kind, folder, random);
      try {
        long first = round % 2 == 0 ? appliance(dialler, identities, files) : direct.scan(files);
        long second = round % 2 == 0 ? direct.scan(files) : appliance(dialler, identities, files);
        if (round >= warmUp) {
          double ours = kind.files() * 1e9 / (round % 2 == 0 ? first : second);
          double theirs = kind.files() * 1e9 / (round % 2 == 0 ? second : first);
          through.add(ours);
          straight.add(theirs);
          ratios.add(ours / theirs);
        }
      } finally {
        for (Path file : files) {
          Files.delete(file);
        }
      }
    }
    return String.format(
        Locale.ROOT,
        "{\"kind\":\"%s\",\"files\":%d,\"rounds\":%d,\"appliance_per_second\":%.1f,"
            + "\"clamdscan_per_second\":%.1f,\"ratio\":%.3f,\"ratios\":%s}",
        kind.name(),
        kind.files(),
        rounds,
        median(through),
        median(straight),
        median(ratios),
        ratios.stream().map(ratio -> String.format(Locale.ROOT, "%.3f", ratio)).toList());
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

  /** How long all of them took to recorded verdicts, in nanoseconds. */
  private long appliance(Dialler dialler, List<TlsIdentity> identities, List<Path> files)
      throws Exception {
    Contents contents = Contents.files(files);
    contents.hashAll();
    List<SimulatedGuest> guests = new ArrayList<>();
    for (TlsIdentity identity : identities) {
      guests.add(dialler.guest(identity, options.appliance, contents, Lane.OPEN).opened().get());
    }
    long start = System.nanoTime();
    var running = IntStream.range(0, guests.size()).mapToObj(g -> run(guests, g, files)).toList();
    Tally total = new Tally();
    for (var one : running) {
      total.add(one.get());
    }
    long nanos = System.nanoTime() - start;
    guests.forEach(SimulatedGuest::close);
    if (total.count("clean_scan") != files.size()) {
      throw new IOException(
          "appliance: " + total.toJson(nanos) + " (expected: " + files.size() + " clean scans)");
    }
    return nanos;
  }

  private CompletableFuture<Tally> run(List<SimulatedGuest> guests, int guest, List<Path> files) {
    int[] mine = IntStream.range(0, files.size()).filter(i -> i % guests.size() == guest).toArray();
    return guests.get(guest).run(Workload.each(mine, window, 1));
  }

  private static double median(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
    Arrays.sort(sorted);
    return sorted.length == 0 ? 0 : sorted[sorted.length / 2];
  }
}
