// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
/**
 * TLS 1.3 with certificates of the appliance's own authority, JDK only: {@link
 * io.lazaret.protocol.tls.ClientTls} is the guest's side, {@link
 * io.lazaret.protocol.tls.EnrolmentToken} and {@link io.lazaret.protocol.tls.CertificateRequests}
 * lead to a certificate, {@link io.lazaret.protocol.tls.Pem} keeps it in files and {@link
 * io.lazaret.protocol.tls.CertificateRules} says what a certificate may be used for.
 */
@NullMarked
package io.lazaret.protocol.tls;

import org.jspecify.annotations.NullMarked;
