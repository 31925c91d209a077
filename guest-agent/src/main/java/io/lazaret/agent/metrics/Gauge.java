// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.metrics;

/** What the agent measures at the moment it is asked, one constant each. */
public enum Gauge {
  OPENS_HELD("Opens held by the kernel until they are answered."),
  DESCRIPTORS_FREE("Event descriptors that may still be taken."),
  WRITTEN_WAITING("Files closed by a writer that wait to be asked about."),
  LEASES_HELD("Files that users can write and that a lease leaves to the kernel."),
  VERDICTS_REMEMBERED("Verdicts in the guest's own memory."),
  FILESYSTEMS_GUARDED("Filesystems that are watched."),
  FILESYSTEMS_UNGUARDED("Filesystems that should be watched but cannot be."),
  LOG_BYTES_DROPPED("Bytes of log lines dropped because whoever reads them did not."),
  DEBTS_OPEN("Files whose verdict is still owed."),
  QUARANTINE_FILES("Files in quarantine."),
  QUARANTINE_BYTES("Bytes in quarantine.");

  private final String help;

  Gauge(String help) {
    this.help = help;
  }

  /** One sentence for operators. */
  public String help() {
    return help;
  }
}
