// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol;

/** A verdict that replaces the one that was given before for the same content. */
public record Revocation(ContentKey content, Verdict verdict, long epoch) {}
