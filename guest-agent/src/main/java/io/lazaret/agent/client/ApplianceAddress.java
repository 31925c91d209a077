// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.client;

/**
 * Where an appliance listens for guests.
 *
 * @param host name or address, not empty
 * @param port 1 to 65535
 */
public record ApplianceAddress(String host, int port) {
  /** The port that guests connect to unless another one is named. */
  public static final int DEFAULT_PORT = 7310;

  public ApplianceAddress {
    if (host.isEmpty()) {
      throw new IllegalArgumentException("appliance: no host (expected: HOST or HOST:PORT)");
    }
    if (port < 1 || port > 65535) {
      throw new IllegalArgumentException("appliance: port " + port + " (expected: 1 to 65535)");
    }
  }

  /** Reads HOST, HOST:PORT or [IPV6]:PORT. */
  public static ApplianceAddress parse(String text) {
    int bracket = text.lastIndexOf(']');
    int colon = text.lastIndexOf(':');
    boolean bareIpv6 = bracket < 0 && colon != text.indexOf(':');
    if (colon <= bracket || bareIpv6) {
      return new ApplianceAddress(unbracketed(text), DEFAULT_PORT);
    }
    String port = text.substring(colon + 1);
    try {
      return new ApplianceAddress(unbracketed(text.substring(0, colon)), Integer.parseInt(port));
    } catch (NumberFormatException notANumber) {
      throw new IllegalArgumentException(
          "appliance: \"" + text + "\" (expected: HOST or HOST:PORT)", notANumber);
    }
  }

  private static String unbracketed(String host) {
    return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
  }

  @Override
  public String toString() {
    return host.indexOf(':') < 0 ? host + ":" + port : "[" + host + "]:" + port;
  }
}
