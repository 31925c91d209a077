// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.server;

import io.netty.channel.Channel;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Counts connections, and decides who has to go when there are too many: the stranger that has been
 * silent for longest, so that ten thousand who say nothing keep no guest out.
 *
 * <p>Guarded by this object's lock, a few times per connection.
 */
final class ConnectionLimits {
  private static final class Neighbours {
    private int open;
    private final LinkedHashSet<Channel> strangers = new LinkedHashSet<>(2);
  }

  private final int connections;
  private final int perAddress;
  private final int mostStrangers;
  private final Map<InetAddress, Neighbours> addresses = new HashMap<>();
  private final LinkedHashSet<Channel> strangers = new LinkedHashSet<>();
  private int open;

  ConnectionLimits(int connections, int perAddress, int mostStrangers) {
    this.connections = connections;
    this.perAddress = perAddress;
    this.mostStrangers = mostStrangers;
  }

  /**
   * A stranger connected; {@link #left} must follow for it.
   *
   * @return who has to go for it, possibly itself; null when there is room
   */
  synchronized @Nullable Channel came(Channel channel, InetAddress address) {
    Neighbours neighbours = addresses.computeIfAbsent(address, a -> new Neighbours());
    open++;
    neighbours.open++;
    strangers.add(channel);
    neighbours.strangers.add(channel);
    if (neighbours.open > perAddress) {
      return goes(neighbours.strangers.getFirst(), neighbours);
    }
    if (open > connections || strangers.size() > mostStrangers) {
      Channel oldest = strangers.getFirst();
      return goes(oldest, null);
    }
    return null;
  }

  private Channel goes(Channel channel, @Nullable Neighbours neighbours) {
    strangers.remove(channel); // so that the next one who comes finds another
    if (neighbours != null) {
      neighbours.strangers.remove(channel);
    }
    return channel;
  }

  /** A stranger showed who it is. */
  synchronized void introduced(Channel channel, InetAddress address) {
    strangers.remove(channel);
    Neighbours neighbours = addresses.get(address);
    if (neighbours != null) {
      neighbours.strangers.remove(channel);
    }
  }

  /** A connection is closed. */
  synchronized void left(Channel channel, InetAddress address) {
    open--;
    strangers.remove(channel);
    Neighbours neighbours = addresses.get(address);
    if (neighbours != null) {
      neighbours.strangers.remove(channel);
      if (--neighbours.open == 0) {
        addresses.remove(address);
      }
    }
  }

  /** Open connections. */
  synchronized int open() {
    return open;
  }

  /** Those of them that have not got through the handshake. */
  synchronized int strangers() {
    return strangers.size();
  }
}
