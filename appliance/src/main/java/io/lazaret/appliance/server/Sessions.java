// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.server;

import io.lazaret.appliance.verdict.Push;
import io.lazaret.protocol.Message;
import io.lazaret.protocol.Refusal;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** The open sessions, one per guest, and the way to them for what the appliance pushes. */
@SuppressWarnings(
    "FutureReturnValueIgnored") // a write that fails closes the channel, which is heard
public final class Sessions implements Push {
  private final ConcurrentHashMap<Long, GuestSession> open = new ConcurrentHashMap<>();
  private final Duration probe;

  /**
   * @param probe time for a live session to show that it lives when another wants its place
   */
  public Sessions(Duration probe) {
    this.probe = probe;
  }

  /**
   * Gives the guest's place to a newcomer. Where somebody has it, that session is asked for a sign
   * of life: a copied certificate finds it taken, an agent that restarted does not wait for its own
   * dead predecessor.
   *
   * @param entered told on the newcomer's event loop, from which this is called
   */
  void enter(GuestSession newcomer, Consumer<Boolean> entered) {
    Long guest = newcomer.guest().id();
    GuestSession holder = open.putIfAbsent(guest, newcomer);
    if (holder == null) {
      admit(newcomer, entered);
      return;
    }
    holder
        .probe(probe)
        .thenAcceptAsync(
            alive -> {
              if (alive || !replace(holder, newcomer)) {
                holder.flag(Refusal.DUPLICATE_SESSION);
                entered.accept(false);
              } else {
                holder.end(Refusal.PEER_SILENT, "replaced by a new session");
                admit(newcomer, entered);
              }
            },
            newcomer.eventLoop());
  }

  private boolean replace(GuestSession holder, GuestSession newcomer) {
    Long guest = newcomer.guest().id();
    return open.replace(guest, holder, newcomer) || open.putIfAbsent(guest, newcomer) == null;
  }

  private void admit(GuestSession newcomer, Consumer<Boolean> entered) {
    newcomer.whenClosed(() -> leave(newcomer));
    entered.accept(true);
  }

  /** A session is over. */
  void leave(GuestSession session) {
    open.remove(session.guest().id(), session);
  }

  /** Ends the session of a guest whose certificate was revoked. */
  public void revoke(long guest) {
    GuestSession session = open.get(guest);
    if (session != null) {
      session.end(Refusal.CERTIFICATE_REVOKED, "");
    }
  }

  /** Whether this guest has an open session. */
  public boolean isOpen(long guest) {
    return open.containsKey(guest);
  }

  /** How many there are. */
  public int size() {
    return open.size();
  }

  /** What operators see of them. */
  public List<LiveSession> live() {
    return open.values().stream().map(GuestSession::live).toList();
  }

  Collection<GuestSession> all() {
    return open.values();
  }

  @Override
  public void toAll(Message message) {
    for (GuestSession session : open.values()) {
      session.push(message);
    }
  }

  @Override
  public void toDomain(int domain, Message message) {
    for (GuestSession session : open.values()) {
      if (session.guest().tenant().domain() == domain) {
        session.push(message);
      }
    }
  }

  @Override
  public boolean toGuest(long guest, Message message) {
    GuestSession session = open.get(guest);
    return session != null && session.push(message);
  }
}
