// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.scan;

/**
 * How much of the machine a scan may take.
 *
 * @param bytesPerSecond read at most, 0 for no limit
 * @param filesPerSecond looked at at most, 0 for no limit
 * @param pauseCpu percent of time that something waits for a processor above which a scan pauses, 0
 *     for never
 * @param pauseIo the same for reading and writing
 * @param pauseMemory the same for memory
 */
public record ScanSettings(
    long bytesPerSecond, long filesPerSecond, int pauseCpu, int pauseIo, int pauseMemory) {
  /** As fast as it goes. */
  public static final ScanSettings UNLIMITED = new ScanSettings(0, 0, 0, 0, 0);

  /** The same without pauses: somebody waits for the scan. */
  ScanSettings unpaused() {
    return new ScanSettings(bytesPerSecond, filesPerSecond, 0, 0, 0);
  }
}
