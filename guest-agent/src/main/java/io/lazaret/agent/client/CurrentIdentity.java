// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.client;

import io.lazaret.protocol.tls.ClientTls;
import io.lazaret.protocol.tls.TlsIdentity;
import java.io.IOException;

/** The identity that the next connection uses; a renewal replaces it, on disk first. */
public final class CurrentIdentity {
  private record InUse(TlsIdentity identity, ClientTls tls) {
    static InUse of(TlsIdentity identity) {
      return new InUse(identity, ClientTls.forGuest(identity));
    }
  }

  private final IdentityFile file;
  private volatile InUse inUse;

  /** Reads the file. */
  public CurrentIdentity(IdentityFile file) throws IOException {
    this.file = file;
    this.inUse = InUse.of(file.read());
  }

  public TlsIdentity identity() {
    return inUse.identity();
  }

  public ClientTls tls() {
    return inUse.tls();
  }

  void replace(TlsIdentity renewed) throws IOException {
    if (!renewed.authority().equals(identity().authority())) {
      throw new IOException("the renewed certificate is another authority's");
    }
    file.write(renewed);
    inUse = InUse.of(renewed);
  }
}
