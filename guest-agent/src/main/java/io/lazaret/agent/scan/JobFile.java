// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.scan;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A scan on disk: lines of {@code key = value}, replaced as a whole. */
final class JobFile {
  private static final long MOST_BYTES = 16L << 20;
  private static final String FORMAT = "lazaret-scan = 1";

  private JobFile() {}

  static void save(Path file, ScanJob.Snapshot job) throws IOException {
    StringBuilder text = new StringBuilder(FORMAT).append('\n');
    line(text, "id", job.id());
    line(text, "order", job.order());
    line(text, "crossing", job.crossing());
    line(text, "state", job.state());
    line(text, "root", job.root());
    line(text, "cursor", job.cursor());
    ScanFigures all = job.figures();
    line(
        text,
        "figures",
        all.files()
            + " "
            + all.bytes()
            + " "
            + all.clean()
            + " "
            + all.unchanged()
            + " "
            + all.infected()
            + " "
            + all.incomplete()
            + " "
            + all.excluded()
            + " "
            + all.notScanned());
    job.paths().forEach(path -> line(text, "path", path));
    for (ScanJob.Finding one : job.findings()) {
      String tabbed = one.kind() + "\t" + one.detail().replace('\t', ' ') + "\t" + one.path();
      line(text, "finding", tabbed);
    }
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(fresh);
    try (FileChannel out =
        FileChannel.open(
            fresh,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      ByteBuffer bytes = ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  static ScanJob load(Path file) throws IOException {
    if (Files.size(file) > MOST_BYTES) {
      throw new IOException(file + ": longer than " + MOST_BYTES + " bytes");
    }
    List<String> lines = Files.readAllLines(file);
    if (lines.isEmpty() || !lines.getFirst().equals(FORMAT)) {
      throw new IOException(file + ": (expected: " + FORMAT + ")");
    }
    Map<String, String> values = new HashMap<>();
    List<Path> paths = new ArrayList<>();
    List<ScanJob.Finding> findings = new ArrayList<>();
    for (String line : lines.subList(1, lines.size())) {
      int equals = line.indexOf(" = ");
      if (equals < 0) {
        throw new IOException(file + ": " + line + " (expected: key = value)");
      }
      String key = line.substring(0, equals);
      String value = unescape(line.substring(equals + 3));
      switch (key) {
        case "path" -> paths.add(Path.of(value));
        case "finding" -> {
          String[] parts = value.split("\t", 3);
          findings.add(new ScanJob.Finding(parts[0], parts[2], parts[1]));
        }
        default -> values.put(key, value);
      }
    }
    try {
      long[] n = figures(values.getOrDefault("figures", ""));
      return new ScanJob.Snapshot(
              values.getOrDefault("id", ""),
              Long.parseLong(values.getOrDefault("order", "")),
              Boolean.parseBoolean(values.get("crossing")),
              ScanJob.State.valueOf(values.getOrDefault("state", "")),
              paths,
              Integer.parseInt(values.getOrDefault("root", "")),
              values.getOrDefault("cursor", ""),
              new ScanFigures(n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7]),
              findings)
          .job();
    } catch (IllegalArgumentException | IndexOutOfBoundsException wrong) {
      throw new IOException(file + ": " + wrong.getMessage(), wrong);
    }
  }

  private static long[] figures(String text) {
    String[] parts = text.split(" ", -1);
    long[] figures = new long[8];
    for (int i = 0; i < figures.length; i++) {
      figures[i] = Long.parseLong(parts[i]);
    }
    return figures;
  }

  private static void line(StringBuilder text, String key, Object value) {
    text.append(key).append(" = ").append(escape(String.valueOf(value))).append('\n');
  }

  private static String escape(String text) {
    return text.replace("%", "%25").replace("\n", "%0A").replace("\r", "%0D");
  }

  private static String unescape(String text) {
    return text.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%");
  }
}
