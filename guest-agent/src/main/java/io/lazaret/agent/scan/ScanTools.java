// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.scan;

import io.lazaret.agent.decision.AccessDecision;
import io.lazaret.agent.decision.ContentThreads;
import io.lazaret.agent.decision.LocalVerdicts;
import io.lazaret.agent.linux.IoPriority;
import io.lazaret.agent.metrics.Counters;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What scans in the background work with.
 *
 * @param decision the path of every access: policy, question, what happens to what is infected
 * @param memory where a scan remembers what it found
 * @param idle whether its thread may be given the idle class of reading
 * @param pressure the folder in which the kernel tells its pressure
 * @param connected whether an appliance is there
 */
public record ScanTools(
    AccessDecision decision,
    LocalVerdicts memory,
    Supplier<MessageDigest> digests,
    Counters counters,
    ScannedFile.Opener opener,
    Supplier<ScanSettings> settings,
    boolean idle,
    Path pressure,
    BooleanSupplier connected) {
  private static final Logger LOG = LoggerFactory.getLogger(ScanTools.class);

  /** One thread, for the time of one scan; urgent work never waits behind its idle reads. */
  ContentThreads thread() {
    return new ContentThreads(
        1,
        digests,
        counters,
        work ->
            Thread.ofPlatform()
                .daemon()
                .name("scan")
                .unstarted(() -> {
                  if (idle && !IoPriority.idle()) {
                    LOG.info("a scan reads like everybody: the idle class is not to be had");
                  }
                  work.run();
                }));
  }

  ScanRun run(ScanJob job, ContentThreads thread, Pace pace) {
    return new ScanRun(job, decision.with(memory, thread), opener, pace, connected);
  }
}
