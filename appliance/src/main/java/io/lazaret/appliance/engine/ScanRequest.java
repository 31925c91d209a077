// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import io.lazaret.protocol.ContentKey;
import io.lazaret.protocol.Lane;
import java.io.IOException;
import java.io.InputStream;

/**
 * One content to be scanned.
 *
 * @param tenant number of the tenant whose turn this uses up
 * @param guest number of the guest whose turn this uses up
 * @param deadlineNanos {@link System#nanoTime()} after which the result is of no use to those who
 *     wait
 * @param late told of a verdict that came after that: it cost a scan
 */
public record ScanRequest(
    Lane lane,
    int tenant,
    long guest,
    ContentKey content,
    Source source,
    long deadlineNanos,
    Late late) {

  /** One whose late verdict nobody wants. */
  public ScanRequest(
      Lane lane, int tenant, long guest, ContentKey content, Source source, long deadlineNanos) {
    this(lane, tenant, guest, content, source, deadlineNanos, scanned -> {});
  }

  /** Takes a verdict that came too late for those who waited; never blocks. */
  @FunctionalInterface
  public interface Late {
    void scanned(ScanResult.Scanned scanned);
  }

  /** Opens the bytes to be scanned, from their beginning; may be called again for a second try. */
  @FunctionalInterface
  public interface Source {
    InputStream open() throws IOException;
  }
}
