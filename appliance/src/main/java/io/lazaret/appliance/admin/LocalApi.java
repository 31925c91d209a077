// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.admin;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The API of an appliance that does not run, over its ledger. */
public final class LocalApi implements Api {
  private static final Duration LONGEST = Duration.ofMinutes(1);

  private final AdminApi api;
  private final Runnable close;

  /**
   * @param close closes what the API stands on
   */
  public LocalApi(AdminApi api, Runnable close) {
    this.api = api;
    this.close = close;
  }

  @Override
  public ApiAnswer call(String method, String path, Map<String, String> values)
      throws ApiException {
    List<String> parts = Arrays.stream(path.split("/")).filter(part -> !part.isEmpty()).toList();
    try {
      return api.answer(new ApiRequest(method, parts, values))
          .get(LONGEST.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ApiException("interrupted", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new ApiException("ledger: no answer: " + e, e);
    }
  }

  @Override
  public void close() {
    close.run();
  }
}
