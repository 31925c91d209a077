// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.server;

import io.lazaret.appliance.fleet.Policies;
import io.lazaret.appliance.fleet.ScanOrders;
import io.lazaret.appliance.identity.Enrolment;
import io.lazaret.appliance.identity.Guests;
import io.lazaret.appliance.verdict.VerdictService;

/** What all connections share. */
record House(
    SessionSettings settings,
    ConnectionLimits connections,
    Sessions sessions,
    VerdictService verdicts,
    Guests guests,
    Enrolment enrolment,
    GuestReports reports,
    Policies policies,
    ScanOrders scans,
    ServerFigures figures,
    String software) {}
