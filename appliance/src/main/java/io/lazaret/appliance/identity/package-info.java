// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Who is asking: {@link io.lazaret.appliance.identity.CertificateAuthority} signs, {@link
 * io.lazaret.appliance.identity.Enrolment} exchanges tokens for certificates, {@link
 * io.lazaret.appliance.identity.Guests} knows a guest by its certificate. Bouncy Castle stays in
 * here.
 */
package io.lazaret.appliance.identity;
