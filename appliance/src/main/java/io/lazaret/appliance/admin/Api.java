// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.admin;

import java.util.Map;

/** The appliance's API, near or far: the command line does not see the difference. */
public interface Api extends AutoCloseable {
  /**
   * Asks one question and waits for the answer.
   *
   * @param path such as {@code /guests/desktop-1}
   * @param values the question's fields
   * @throws ApiException when there is no answer at all
   */
  ApiAnswer call(String method, String path, Map<String, String> values) throws ApiException;

  @Override
  void close();
}
