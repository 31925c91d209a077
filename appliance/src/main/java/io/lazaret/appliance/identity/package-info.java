// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Who is asking: {@code CertificateAuthority} signs, {@code Enrolment} exchanges tokens for
 * certificates, {@code Guests} knows a guest by its certificate. Bouncy Castle stays in here.
 */
package io.lazaret.appliance.identity;
