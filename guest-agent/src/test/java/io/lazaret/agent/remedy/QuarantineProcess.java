// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.remedy;

import java.io.IOException;
import java.nio.file.Path;

/** Takes files away and gives them back, again and again, until it is killed. */
final class QuarantineProcess {
  private QuarantineProcess() {}

  /** Arguments: the folder of home and vault, the number of files. */
  public static void main(String[] args) throws IOException {
    TestVault vault = new TestVault(Path.of(args[0]));
    int files = Integer.parseInt(args[1]);
    vault.recover();
    System.out.println("READY");
    System.out.flush();
    while (true) {
      for (int i = 0; i < files; i++) {
        Path file = vault.home.resolve("file" + i);
        if (file.toFile().exists()) {
          var _ = vault.take(file, Checkpoint.NONE);
        }
      }
      for (Item item : vault.items()) {
        if (!Path.of(item.path()).toFile().exists()) {
          vault.restore(item.id(), item.path(), Checkpoint.NONE);
        } else {
          vault.forget(item);
        }
      }
    }
  }
}
