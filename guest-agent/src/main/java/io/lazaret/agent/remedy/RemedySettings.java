// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.remedy;

import java.nio.file.Path;

/**
 * What is done about infected files; may be swapped while the agent runs.
 *
 * @param infected what happens to an infected file
 * @param vault folder of what is in quarantine; another one counts from the next start on
 * @param vaultBytes most bytes in quarantine
 * @param vaultFiles most files in quarantine
 * @param tell how the user is told
 */
public record RemedySettings(
    Treatment infected, Path vault, long vaultBytes, int vaultFiles, Tell tell) {

  /** What happens to an infected file. Only REPORT lets it be opened. */
  public enum Treatment {
    DENY,
    QUARANTINE,
    DELETE,
    REPORT
  }

  /** How the user whose file or process it was is told. */
  public enum Tell {
    NONE,
    WALL,
    DESKTOP
  }

  public RemedySettings {
    if (vaultBytes < 0) {
      throw new IllegalArgumentException("vaultBytes: " + vaultBytes + " (expected: >= 0)");
    }
    if (vaultFiles < 0) {
      throw new IllegalArgumentException("vaultFiles: " + vaultFiles + " (expected: >= 0)");
    }
  }
}
