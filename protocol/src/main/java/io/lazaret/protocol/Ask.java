// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol;

/**
 * One question in a batch: what is known about this content?
 *
 * @param id chosen by the guest, unique among its requests in flight
 * @param deadlineMillis how long an answer is of use, counted from receipt; above 0
 */
public record Ask(int id, int deadlineMillis, Access access) {
  public Ask {
    Checks.inRange("deadlineMillis", deadlineMillis, 1, Integer.MAX_VALUE);
  }
}
