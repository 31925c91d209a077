// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.client;

import io.lazaret.protocol.Capability;
import io.lazaret.protocol.Message;
import io.lazaret.protocol.codec.Wire;
import java.util.Set;

/** What the guest says about itself when a session begins. */
public record Greeting(
    Set<Capability> capabilities, String software, String host, String platform) {
  public Greeting {
    capabilities = Set.copyOf(capabilities);
  }

  Message.Hello hello() {
    return new Message.Hello(
        Wire.OLDEST_VERSION, Wire.VERSION, capabilities, software, host, platform);
  }
}
