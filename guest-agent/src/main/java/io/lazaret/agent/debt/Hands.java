// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.debt;

import java.io.IOException;
import java.util.concurrent.Callable;

/** Does what may block on a platform thread, and waits for it. */
public interface Hands {
  /** Does one piece of work. */
  <T> T call(Callable<T> work) throws IOException, InterruptedException;
}
