// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.scan;

/**
 * What a scan came to so far.
 *
 * @param files looked at or passed over
 * @param bytes of the files that were looked at
 * @param unchanged of the clean ones, known from before and not read
 * @param excluded not looked at because the policy excludes them
 * @param notScanned no verdict: unreadable, too large, or the appliance had none
 */
public record ScanFigures(
    long files,
    long bytes,
    long clean,
    long unchanged,
    long infected,
    long incomplete,
    long excluded,
    long notScanned) {
  /** Nothing yet. */
  public static final ScanFigures NONE = new ScanFigures(0, 0, 0, 0, 0, 0, 0, 0);

  ScanFigures plus(ScanFigures more) {
    return new ScanFigures(
        files + more.files,
        bytes + more.bytes,
        clean + more.clean,
        unchanged + more.unchanged,
        infected + more.infected,
        incomplete + more.incomplete,
        excluded + more.excluded,
        notScanned + more.notScanned);
  }
}
