// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol;

/** One answer in a batch, to the ask with the same id. */
public record Answer(int id, Outcome outcome) {}
