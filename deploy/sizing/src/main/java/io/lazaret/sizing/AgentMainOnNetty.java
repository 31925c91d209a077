// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.sizing;

import io.lazaret.agent.AgentMain;
import java.nio.file.Path;

/** The guest agent with Netty as its transport, to be measured against the one that is shipped. */
public final class AgentMainOnNetty {
  private AgentMainOnNetty() {}

  public static void main(String[] args) {
    if (args.length == 3 && args[0].equals("run") && args[1].equals("--config")) {
      System.exit(AgentMain.guard(Path.of(args[2]), NettyTransport.Dialling::new));
    }
    AgentMain.main(args);
  }
}
