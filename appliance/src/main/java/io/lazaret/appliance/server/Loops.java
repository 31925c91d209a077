// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.server;

import io.netty.channel.Channel;
import java.util.concurrent.RejectedExecutionException;

/** Hands tasks to connections' event loops. */
final class Loops {
  private Loops() {}

  /** Runs it on the connection's event loop; not at all when that has shut down with it. */
  static void execute(Channel channel, Runnable task) {
    try {
      channel.eventLoop().execute(task);
    } catch (RejectedExecutionException e) {
      if (!channel.eventLoop().isShuttingDown()) {
        throw e;
      }
    }
  }
}
