// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
/**
 * What guests and appliances say to each other: {@link io.lazaret.protocol.Message} is one frame,
 * {@link io.lazaret.protocol.Outcome} what an ask leads to, {@link io.lazaret.protocol.Refusal} why
 * something did not work; bytes are made of them in {@link io.lazaret.protocol.codec}.
 */
@NullMarked
package io.lazaret.protocol;

import org.jspecify.annotations.NullMarked;
