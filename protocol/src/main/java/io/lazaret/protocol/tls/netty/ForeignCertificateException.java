// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol.tls.netty;

import java.security.cert.CertificateException;

/** A client certificate that this appliance's authority did not issue, or no longer stands for. */
public final class ForeignCertificateException extends CertificateException {
  private static final long serialVersionUID = 1L;

  ForeignCertificateException(CertificateException cause) {
    super(cause.getMessage(), cause);
  }
}
