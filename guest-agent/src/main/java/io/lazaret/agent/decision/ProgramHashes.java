// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.decision;

import io.lazaret.protocol.ContentHash;
import io.lazaret.protocol.Lane;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeoutException;

/**
 * The contents of executables, by what the file was when it was read: a program that is replaced is
 * hashed again. Only few are kept, those used last.
 */
final class ProgramHashes {
  private static final int MOST = 256;

  private final Map<FileIdentity, ContentHash> known =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<FileIdentity, ContentHash> eldest) {
          return size() > MOST;
        }
      };

  /** What is known without reading: whether the program is one of these. */
  Optional<Boolean> isOneOf(Set<ContentHash> hashes, ObservedAccess access) {
    return access.program().map(program -> find(program.identity())).map(hashes::contains);
  }

  /** Finds it out; reads the executable on the content threads. */
  boolean isOneOf(Set<ContentHash> hashes, ObservedAccess access, ContentThreads content, Lane lane)
      throws IOException, TimeoutException, InterruptedException {
    Optional<Program> found = access.program();
    if (found.isEmpty()) {
      return false;
    }
    try (Program program = found.get()) {
      FileIdentity identity = program.identity();
      ContentHash hash = find(identity);
      if (hash == null) {
        hash = content.hash(program, identity.size(), lane, access.workDeadlineNanos());
        if (!program.opened().equals(identity)) {
          return false;
        }
        keep(identity, hash);
      }
      return hashes.contains(hash);
    }
  }

  @SuppressWarnings("NullAway") // of a map: null says that it is not there
  private synchronized ContentHash find(FileIdentity identity) {
    return known.get(identity);
  }

  private synchronized void keep(FileIdentity identity, ContentHash hash) {
    known.put(identity, hash);
  }
}
