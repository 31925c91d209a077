// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.server;

import io.lazaret.appliance.verdict.VerdictService;

/** What all connections share. */
record House(
    SessionSettings settings,
    ConnectionLimits connections,
    Sessions sessions,
    VerdictService verdicts,
    Gatekeeper gatekeeper,
    ReportSink reports,
    ServerFigures figures,
    String software) {}
