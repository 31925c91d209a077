// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.ServerSocketChannel;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ListeningSocketTest {
  @Test
  void aSocketIsItsProcesssAndNoOthersUntilItIsClosed() throws IOException, InterruptedException {
    Process other = new ProcessBuilder("sleep", "60").start();
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.INET);
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    try {
      InetSocketAddress address = (InetSocketAddress) server.getLocalAddress();
      long us = ProcessHandle.current().pid();
      ListeningSocket ours = ListeningSocket.of(us, address).orElseThrow();
      assertTrue(ours.held());
      assertEquals(Optional.empty(), ListeningSocket.of(other.pid(), address));
      assertTrue(ListeningSocket.taken(address));
      server.close();
      assertFalse(ours.held());
      assertFalse(ListeningSocket.taken(address));
      assertEquals(Optional.empty(), ListeningSocket.of(us, address));
    } finally {
      server.close();
      other.destroyForcibly().waitFor();
    }
  }
}
