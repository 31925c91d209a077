// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.decision;

import io.lazaret.protocol.Lane;
import java.nio.ByteBuffer;

/** Another access with an identity of the test's choice. */
record IdentityAccess(FakeAccess access, FileIdentity identity) implements ObservedAccess {
  @Override
  public int read(ByteBuffer destination, long offset) {
    return access.read(destination, offset);
  }

  @Override
  public Lane lane() {
    return access.lane();
  }

  @Override
  public FileIdentity currentIdentity() {
    return identity;
  }

  @Override
  public String path() {
    return access.path();
  }

  @Override
  public String process() {
    return access.process();
  }

  @Override
  public int pid() {
    return access.pid();
  }

  @Override
  public int uid() {
    return access.uid();
  }

  @Override
  public boolean settled() {
    return access.settled();
  }

  @Override
  public long deadlineNanos() {
    return access.deadlineNanos();
  }
}
