// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance;

/** The command line of the appliance. */
public final class ApplianceMain {
  private ApplianceMain() {}

  public static void main(String[] args) {
    System.exit(2);
  }
}
