// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent;

import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.security.cert.CertificateException;

/** Says in one sentence why something failed. */
final class Causes {
  private Causes() {}

  static String sentence(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      switch (cause) {
        case CertificateException wrong -> {
          return "the appliance's certificate is not accepted: " + wrong.getMessage();
        }
        case UnknownHostException unknown -> {
          return "no such host: " + unknown.getMessage();
        }
        case SocketTimeoutException slow -> {
          return "no answer in time";
        }
        case ConnectException refused -> {
          return "nobody listens there (" + refused.getMessage() + ")";
        }
        case AccessDeniedException denied -> {
          return denied.getFile() + ": access denied";
        }
        case NoSuchFileException missing -> {
          return missing.getFile() + ": no such file";
        }
        default -> {}
      }
    }
    String message = failure.getMessage();
    return message == null ? failure.toString() : message;
  }
}
