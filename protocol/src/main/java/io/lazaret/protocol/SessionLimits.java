// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol;

/**
 * What one session may use, told to the guest in Welcome.
 *
 * @param requestsInFlight asks without a final answer
 * @param asksPerBatch asks in one frame
 * @param contentLength longest content that is taken, in bytes
 * @param keepAliveMillis a side that sent nothing for this long is taken for dead; send a Ping
 *     after a third of it
 */
public record SessionLimits(
    int requestsInFlight, int asksPerBatch, long contentLength, int keepAliveMillis) {
  public SessionLimits {
    Checks.inRange("requestsInFlight", requestsInFlight, 1, Integer.MAX_VALUE);
    Checks.inRange("asksPerBatch", asksPerBatch, 1, 0xFFFF);
    Checks.notNegative("contentLength", contentLength);
    Checks.inRange("keepAliveMillis", keepAliveMillis, 1, Integer.MAX_VALUE);
  }
}
