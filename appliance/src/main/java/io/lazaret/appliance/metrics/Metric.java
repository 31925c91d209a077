// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.metrics;

import java.util.List;

/** Every figure of the appliance; the table in the module's README is generated from this enum. */
public enum Metric {
  // ---- asks
  ASKS(Kind.COUNTER, "lazaret_asks", "Asks received.", "lane"),
  ANSWERS(
      Kind.COUNTER,
      "lazaret_answers",
      "Final answers sent: clean, infected, incomplete, busy or refused; source is memory, store,"
          + " joined, scan or none.",
      "lane",
      "outcome",
      "source"),
  ASK_TIME(
      Kind.TIMER,
      "lazaret_ask_seconds",
      "Time from an ask that memory could not answer to its final answer.",
      "lane"),
  WAITERS(Kind.GAUGE, "lazaret_waiters", "Asks that wait for an answer."),
  WAITERS_LIMIT(Kind.GAUGE, "lazaret_waiters_limit", "Most asks that may wait for an answer."),
  FLIGHTS(Kind.GAUGE, "lazaret_flights", "Contents on their way to a verdict."),
  FLIGHTS_LIMIT(
      Kind.GAUGE, "lazaret_flights_limit", "Most contents that may be on their way to a verdict."),
  BUSY(
      Kind.COUNTER,
      "lazaret_busy",
      "Times that a bound made the answer Busy: waiters, guest_waiters, flight_waiters, flights,"
          + " staging, disk or queue.",
      "bound"),
  REFUSALS(Kind.COUNTER, "lazaret_refusals", "Refusals and failures, by the wire's code.", "code"),

  // ---- content
  UPLOADS(Kind.COUNTER, "lazaret_uploads", "Uploads ended: complete or a refusal code.", "result"),
  UPLOADS_WAITING(
      Kind.GAUGE,
      "lazaret_uploads_waiting",
      "Contents that wait because as many of their guest and lane are sent and scanned as may be."),
  CONTENT_RECEIVED(
      Kind.COUNTER, "lazaret_content_received_bytes", "Content bytes received from guests."),
  CONTENT_SAVED(
      Kind.COUNTER,
      "lazaret_content_saved_bytes",
      "Content bytes that did not have to be sent because the verdict was known or in the making."),
  STAGING_BYTES(Kind.GAUGE, "lazaret_staging_bytes", "Bytes of content held for scanning."),
  STAGING_BYTES_LIMIT(
      Kind.GAUGE, "lazaret_staging_limit_bytes", "Most bytes of content that may be held."),
  STAGING_UPLOADS(Kind.GAUGE, "lazaret_staging_uploads", "Contents held for scanning."),
  STAGING_UPLOADS_LIMIT(
      Kind.GAUGE, "lazaret_staging_uploads_limit", "Most contents that may be held."),
  STAGING_GUEST_BYTES(
      Kind.GAUGE, "lazaret_staging_guest_bytes", "Bytes of content held for the guest with most."),
  STAGING_GUEST_BYTES_LIMIT(
      Kind.GAUGE,
      "lazaret_staging_guest_limit_bytes",
      "Most bytes of content that may be held for one guest."),
  STAGING_REJECTED(
      Kind.COUNTER,
      "lazaret_staging_rejected",
      "Contents without room: bytes, contents, guest (its share) or disk.",
      "bound"),

  // ---- engine
  SCANS(
      Kind.COUNTER,
      "lazaret_scans",
      "Scans ended: clean, infected, incomplete or a refusal code.",
      "result"),
  SCAN_TIME(Kind.TIMER, "lazaret_scan_seconds", "Time the engine took for one scan."),
  SCANS_RUNNING(Kind.GAUGE, "lazaret_scans_running", "Scans inside the engine."),
  SCANS_LIMIT(Kind.GAUGE, "lazaret_scans_limit", "Most scans that may be inside the engine."),
  SPOOL_BYTES(
      Kind.GAUGE, "lazaret_spool_bytes", "Bytes of content in files from which the engine reads."),
  SPOOL_BYTES_LIMIT(
      Kind.GAUGE,
      "lazaret_spool_limit_bytes",
      "Most bytes there: the longest content for each scan that may run."),
  QUEUE_DEPTH(Kind.GAUGE, "lazaret_queue_depth", "Scans that wait for the engine.", "lane"),
  QUEUE_LIMIT(Kind.GAUGE, "lazaret_queue_limit", "Most scans that may wait for the engine."),
  QUEUE_TIME(
      Kind.TIMER, "lazaret_queue_wait_seconds", "Time a scan waited for the engine.", "lane"),
  QUEUE_TURNS(
      Kind.COUNTER,
      "lazaret_queue_turns",
      "Scans begun, by how many scans of other guests began while each waited: 0, 1, 2 or more.",
      "lane",
      "overtaken"),
  QUEUE_REJECTED(
      Kind.COUNTER, "lazaret_queue_rejected", "Scans refused because the queue was full.", "lane"),
  ENGINE_READY(
      Kind.GAUGE,
      "lazaret_engine_ready",
      "1 when the engine answers, has signatures and passed its last self-test, else 0."),
  ENGINE_EPOCH(Kind.GAUGE, "lazaret_engine_epoch", "Number of the present engine state."),
  SIGNATURE_GENERATION(
      Kind.GAUGE,
      "lazaret_signature_generation",
      "Signature generation that the canary names, 0 when unknown."),
  SIGNATURE_AGE(Kind.GAUGE, "lazaret_signature_age_seconds", "Age of the newest signature file."),
  SIGNATURE_CHANGES(
      Kind.COUNTER,
      "lazaret_signature_changes",
      "New signature sets: applied, rejected (they do not load) or rolled_back.",
      "result"),
  SIGNATURES_HELD_BACK(
      Kind.GAUGE,
      "lazaret_signatures_held_back",
      "1 when the newest signature files are not in use, because they do not load or were rolled"
          + " back, else 0."),
  SELF_TESTS(
      Kind.COUNTER,
      "lazaret_self_tests",
      "Self-tests of the engine with known-bad and known-good contents: passed or failed.",
      "result"),
  SELF_TEST_AT(
      Kind.GAUGE,
      "lazaret_self_test_timestamp_seconds",
      "When the last self-test ended, in seconds since 1970; 0 before the first."),
  SELF_TEST_TIME(Kind.TIMER, "lazaret_self_test_seconds", "Time one self-test took."),
  ENGINE_RESTARTS(
      Kind.COUNTER, "lazaret_engine_restarts", "Times the engine was started again.", "cause"),

  // ---- guests
  CONNECTIONS(Kind.GAUGE, "lazaret_connections", "Open connections on the guests' port."),
  CONNECTIONS_LIMIT(Kind.GAUGE, "lazaret_connections_limit", "Most connections at once."),
  STRANGERS(
      Kind.GAUGE, "lazaret_strangers", "Open connections that have not got through the handshake."),
  STRANGERS_LIMIT(
      Kind.GAUGE, "lazaret_strangers_limit", "Most connections without a handshake at once."),
  SESSIONS(Kind.GAUGE, "lazaret_sessions", "Sessions of guests that are open."),
  GUESTS(
      Kind.GAUGE,
      "lazaret_guests",
      "Enrolled guests that are not revoked: connected, silent (connected, but without figures for"
          + " 2 minutes) or away.",
      "tenant",
      "state"),
  GUESTS_UNGUARDED(
      Kind.GAUGE,
      "lazaret_guests_unguarded",
      "Connected guests whose agent says that it blocks nothing or guards no filesystem.",
      "tenant"),
  HANDSHAKES(
      Kind.COUNTER, "lazaret_handshakes", "Handshakes ended: open or a refusal code.", "result"),
  TOKENS(Kind.COUNTER, "lazaret_tokens", "Enrolment tokens made."),
  ENROLMENTS(
      Kind.COUNTER, "lazaret_enrolments", "Enrolments: enrolled or a refusal code.", "result"),
  RENEWALS(
      Kind.COUNTER,
      "lazaret_renewals",
      "Renewals of guests' certificates: renewed or a refusal code.",
      "result"),
  REVOCATIONS(Kind.COUNTER, "lazaret_revocations", "Guests revoked."),
  CERTIFICATE_EXPIRY(
      Kind.GAUGE,
      "lazaret_certificate_expiry_timestamp_seconds",
      "When a certificate ends, in seconds since 1970: the authority's, the appliance's, the"
          + " soonest of the guests that are connected (NaN without any).",
      "certificate"),
  GUESTS_FLAGGED(
      Kind.COUNTER,
      "lazaret_guests_flagged",
      "Times a guest behaved as none should, by the wire's code.",
      "code"),
  DETECTIONS(Kind.COUNTER, "lazaret_detections", "Infected files that guests reported.", "action"),
  DEBTS(
      Kind.COUNTER,
      "lazaret_debts",
      "Accesses that guests allowed without a verdict, as they reported them.",
      "reason"),
  DEBTS_PAID(
      Kind.COUNTER, "lazaret_debts_paid", "Debts whose content has a verdict now.", "verdict"),

  // ---- what agents say of themselves, summed; since the appliance first heard of each
  GUEST_OPENS(
      Kind.COUNTER,
      "lazaret_guest_opens",
      "Opens, executions and closes after writing that guests' kernels told of.",
      "tenant"),
  GUEST_OPENS_FROM_MEMORY(
      Kind.COUNTER,
      "lazaret_guest_opens_from_memory",
      "Opens that guests answered from their own memory.",
      "tenant"),
  GUEST_OPENS_ASKED(
      Kind.COUNTER,
      "lazaret_guest_opens_asked",
      "Opens for which guests asked an appliance.",
      "tenant"),
  GUEST_OPENS_DENIED(
      Kind.COUNTER, "lazaret_guest_opens_denied", "Opens that guests denied.", "tenant"),
  GUEST_OPENS_HELD(
      Kind.GAUGE,
      "lazaret_guest_opens_held",
      "Opens that the kernels of connected guests hold until they are answered.",
      "tenant"),
  GUEST_DEBTS(
      Kind.COUNTER,
      "lazaret_guest_debts",
      "Accesses that guests allowed without a verdict, also those whose report was lost.",
      "tenant"),
  GUEST_DEADLINES_MISSED(
      Kind.COUNTER,
      "lazaret_guest_deadlines_missed",
      "Opens that guests settled by their failure policy because the deadline came.",
      "tenant"),
  GUEST_QUEUE_OVERFLOWS(
      Kind.COUNTER,
      "lazaret_guest_queue_overflows",
      "Times that a guest's kernel dropped events, whose opens were allowed.",
      "tenant"),
  GUEST_HASHED(Kind.COUNTER, "lazaret_guest_hashed_bytes", "Bytes that guests hashed.", "tenant"),
  GUEST_RESIDENT(
      Kind.GAUGE,
      "lazaret_guest_resident_bytes",
      "Resident memory of the largest agent among the connected guests.",
      "tenant"),

  // ---- verdicts and ledger
  MEMORY_VERDICTS(Kind.GAUGE, "lazaret_memory_verdicts", "Verdicts in memory."),
  MEMORY_VERDICTS_LIMIT(
      Kind.GAUGE, "lazaret_memory_verdicts_limit", "Most verdicts that are kept in memory."),
  MEMORY_EVICTIONS(
      Kind.COUNTER, "lazaret_memory_evictions", "Verdicts evicted from memory by its limit."),
  REVERIFICATIONS(
      Kind.COUNTER,
      "lazaret_reverifications",
      "Verdicts of older epochs to be made again: asked (a guest), verified, failed (its ask),"
          + " no_reaction, no_holder (none is connected), dropped (the queue was full) or"
          + " dropped_guest (its guest's share of it was).",
      "result"),
  REVERIFY_QUEUE(
      Kind.GAUGE,
      "lazaret_reverifications_waiting",
      "Contents that wait for their verdict to be made again, or for a guest to ask."),
  REVERIFY_QUEUE_LIMIT(
      Kind.GAUGE, "lazaret_reverifications_limit", "Most contents that may wait for that."),
  REVERIFY_GUEST(
      Kind.GAUGE,
      "lazaret_reverifications_guest_waiting",
      "Contents that wait for that because the guest with most of them used them."),
  REVERIFY_GUEST_LIMIT(
      Kind.GAUGE,
      "lazaret_reverifications_guest_limit",
      "Most contents of one guest that may wait for that."),
  VERDICTS_CHANGED(
      Kind.COUNTER,
      "lazaret_verdicts_changed",
      "Verdicts that became another one, of which guests were told, by what they are now.",
      "verdict"),
  VERDICTS_UNSAVED(
      Kind.GAUGE,
      "lazaret_verdicts_unsaved",
      "Infected verdicts that could not be saved yet, and are given from memory meanwhile."),
  STORE_ERRORS(
      Kind.COUNTER,
      "lazaret_store_errors",
      "Reads and writes of the store that failed.",
      "operation"),
  LEDGER_QUEUE(Kind.GAUGE, "lazaret_ledger_queue", "Writes that wait for the ledger."),
  LEDGER_QUEUE_LIMIT(
      Kind.GAUGE, "lazaret_ledger_queue_limit", "Most writes that may wait for the ledger."),
  LEDGER_REJECTED(
      Kind.COUNTER,
      "lazaret_ledger_rejected",
      "Reads and writes refused because the ledger's queue was full.",
      "operation"),
  LEDGER_COMMIT_TIME(Kind.TIMER, "lazaret_ledger_commit_seconds", "Time one commit to disk took."),
  LEDGER_BYTES(Kind.GAUGE, "lazaret_ledger_bytes", "Size of the ledger's files."),
  LEDGER_FILTER_BYTES(
      Kind.GAUGE,
      "lazaret_ledger_filter_bytes",
      "Memory of the filter that knows which contents are not in the ledger; at most 32 MiB."),
  LEDGER_SPARED(
      Kind.COUNTER,
      "lazaret_ledger_lookups_spared",
      "Look-ups that were not made because the filter knew that nothing is there."),
  EXPOSURES_DROPPED(
      Kind.COUNTER,
      "lazaret_exposures_dropped",
      "Accesses that were not noted in the exposure ledger because its memory was full."),

  // ---- admin
  HEALTHY(
      Kind.GAUGE,
      "lazaret_healthy",
      "1 when a part is in order as /health says, else 0.",
      "component"),
  // ---- what operators want of guests
  POLICIES(Kind.GAUGE, "lazaret_policies", "Policies that are set: the default, tenants, guests."),
  POLICIES_LIMIT(Kind.GAUGE, "lazaret_policies_limit", "Most policies that may be set."),
  POLICY_RESULTS(
      Kind.COUNTER,
      "lazaret_policy_results",
      "What guests said of policies they were sent: in_force or refused.",
      "result"),
  POLICY_GUESTS_OUTDATED(
      Kind.GAUGE,
      "lazaret_policy_guests_outdated",
      "Connected guests that have another policy in force than they should."),
  ORDERED_SCANS(
      Kind.GAUGE, "lazaret_ordered_scans", "Guests' ordered scans: waiting or running.", "state"),
  ORDERED_SCANS_LIMIT(
      Kind.GAUGE,
      "lazaret_ordered_scans_limit",
      "Most ordered scans: waiting (all that are open) or running (at once).",
      "state"),
  ORDERED_SCANS_ENDED(
      Kind.COUNTER,
      "lazaret_ordered_scans_ended",
      "Guests' ordered scans ended: clean, infected or cancelled.",
      "result"),

  ADMIN_REQUESTS(
      Kind.COUNTER, "lazaret_admin_requests", "Requests on the admin port, by status.", "status");

  /** What a metric does over time. */
  public enum Kind {
    /** Only grows. */
    COUNTER,
    /** Goes up and down; read when Prometheus asks. */
    GAUGE,
    /** A histogram of durations. */
    TIMER
  }

  private final Kind kind;
  private final String name;
  private final String help;

  @SuppressWarnings("ImmutableEnumChecker") // made by List.of
  private final List<String> labels;

  Metric(Kind kind, String name, String help, String... labels) {
    this.kind = kind;
    this.name = name;
    this.help = help;
    this.labels = List.of(labels);
  }

  /** What it does over time. */
  public Kind kind() {
    return kind;
  }

  /** The name that Prometheus shows. */
  public String prometheusName() {
    return kind == Kind.COUNTER ? name + "_total" : name;
  }

  /** One sentence for the one who reads the figure. */
  public String help() {
    return help;
  }

  /** Names of the labels, in the order of their values. */
  public List<String> labels() {
    return labels;
  }
}
