// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.ledger;

/** What an enrolment made. */
public record EnrolledRow(GuestRow guest, IssuedRow issued, long token) {}
