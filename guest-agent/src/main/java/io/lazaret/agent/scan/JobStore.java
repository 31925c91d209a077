// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.scan;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The scans' files in one folder. */
final class JobStore {
  private static final Logger LOG = LoggerFactory.getLogger(JobStore.class);
  private static final String SUFFIX = ".scan";

  private final Path folder;

  JobStore(Path folder) {
    this.folder = folder;
  }

  /** All that can be read, the oldest first. */
  List<ScanJob> load() {
    List<Path> files = new ArrayList<>();
    if (Files.isDirectory(folder)) {
      try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
        found.forEach(files::add);
      } catch (IOException unreadable) {
        LOG.error("scans not read folder={} detail={}", folder, unreadable.toString());
      }
    }
    List<ScanJob> jobs = new ArrayList<>();
    files.sort(Comparator.comparingLong(file -> file.toFile().lastModified()));
    for (Path file : files) {
      try {
        ScanJob job = JobFile.load(file);
        if (job.state() == ScanJob.State.RUNNING) {
          job.state(ScanJob.State.WAITING);
        }
        jobs.add(job);
      } catch (IOException | RuntimeException damaged) {
        LOG.error("scan not read file={} detail={}", file, String.valueOf(damaged.getMessage()));
      }
    }
    return jobs;
  }

  void save(ScanJob job) {
    try {
      if (!Files.isDirectory(folder)) {
        Files.createDirectories(
            folder,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
      JobFile.save(folder.resolve(job.id() + SUFFIX), job.snapshot());
    } catch (IOException | RuntimeException failed) {
      LOG.error("scan not kept id={} detail={}", job.id(), failed.toString());
    }
  }

  void delete(ScanJob job) {
    try {
      Files.deleteIfExists(folder.resolve(job.id() + SUFFIX));
    } catch (IOException failed) {
      LOG.error("scan not removed id={} detail={}", job.id(), failed.toString());
    }
  }
}
