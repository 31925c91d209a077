// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent;

/** The command line of the agent. */
public final class AgentMain {
  private AgentMain() {}

  public static void main(String[] args) {
    System.exit(2);
  }
}
