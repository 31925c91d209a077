// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
/**
 * The wire format, without any transport: {@link io.lazaret.protocol.codec.MessageCodec} turns one
 * message into one frame and back, {@link io.lazaret.protocol.codec.MessageReader} and {@link
 * io.lazaret.protocol.codec.MessageWriter} do it on blocking streams, {@link
 * io.lazaret.protocol.codec.Batches} cuts long lists into frames and {@link
 * io.lazaret.protocol.codec.Negotiation} finds what both sides speak.
 */
@NullMarked
package io.lazaret.protocol.codec;

import org.jspecify.annotations.NullMarked;
