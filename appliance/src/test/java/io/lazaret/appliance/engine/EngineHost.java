// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import java.io.IOException;
import java.nio.file.Path;

/** A process with an engine in it, to be killed: prints clamd's pid when the engine is ready. */
final class EngineHost {
  private EngineHost() {}

  public static void main(String[] args) throws IOException {
    EngineRig rig = EngineRig.start(Path.of(args[0]));
    System.out.println("pid=" + rig.engine.enginePid());
    // Ends when its parent does, whatever happens.
    while (System.in.read() >= 0) {}
    rig.close();
  }
}
