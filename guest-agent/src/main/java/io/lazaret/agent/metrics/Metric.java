// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.metrics;

/** What the agent counts, one constant each; the help text is what operators read. */
public enum Metric {
  OPENS_SEEN("Opens, executions and closes after writing that the kernel told of."),
  OPENS_OWN("Opens by the agent itself, always allowed."),
  OPENS_EXCLUDED("Opens allowed because an exclusion of the policy names them."),
  OPENS_FROM_MEMORY("Opens answered from the guest's own memory."),
  OPENS_OF_KNOWN_CONTENT("Opens of files whose content the guest has seen clean in another file."),
  OPENS_JOINED("Opens that waited for the decision of another open of the same file."),
  OPENS_ASKED("Opens for which the appliance was asked."),
  OPENS_ALLOWED("Opens answered with allow."),
  OPENS_DENIED("Opens answered with deny."),
  OPENS_CHANGED("Decisions made again because the file had changed meanwhile."),
  DEADLINES_PASSED("Opens settled by the failure policy because their deadline came."),
  OVERLOADS("Opens settled early by the failure policy because descriptors ran out."),
  DEBTS("Accesses allowed without a verdict."),
  DETECTIONS("Accesses of files found infected."),
  QUARANTINED("Infected files put into quarantine."),
  DELETED("Infected files deleted."),
  REMEDIES_FAILED("Infected files left in their place against the policy, and denied."),
  DEBTS_PAID("Accesses allowed without a verdict whose file has one now."),
  DEBTS_GONE("Debts given up because there is no such file any more."),
  DEBTS_DROPPED("Debts that are not worked off: too many were open."),
  JOURNAL_FAILURES("Times the journal of debts or reports could not be written."),
  WRITTEN_ASKED("Files asked about after they were closed by a writer."),
  WRITTEN_DROPPED("Files closed by a writer that were not asked about: the queue was full."),
  BYTES_HASHED("Bytes of content hashed."),
  QUEUE_OVERFLOWS("Times the kernel said that it had dropped events."),
  RESPONSES_REFUSED("Answers that the kernel refused to take at first."),
  RESPONSES_LOST("Answers that the kernel refused for good; the open may still be held."),
  EVENTS_UNREADABLE(
      "Opens that the kernel denied because their file could not be opened for the agent."),
  OUTCOMES_LOST("Answers whose outcome could not be counted or reported."),
  EVENTS_MALFORMED("Events whose layout is not the one this agent knows."),
  VERDICTS_EVICTED("Verdicts forgotten because the memory was full."),
  REVERIFICATIONS("Files asked about again because the appliance had an old verdict."),
  REVERIFICATIONS_PASSED_OVER(
      "Files that could not be asked about again: gone, changed, without an answer, or too many."),
  IGNORE_MARKS_SET("Kernel ignore marks set."),
  IGNORE_MARKS_TAKEN_BACK("Kernel ignore marks removed because the file changed in that moment."),
  IGNORE_MARKS_FLUSHED("Times all kernel ignore marks were removed."),
  LEASES_TAKEN("Leases taken on clean files that users can write, to leave them to the kernel."),
  LEASES_BROKEN("Leases given up because somebody wanted to write to the file.");

  private final String help;

  Metric(String help) {
    this.help = help;
  }

  /** One sentence for operators. */
  public String help() {
    return help;
  }
}
