// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
/**
 * The codec as Netty handlers: {@link io.lazaret.protocol.codec.netty.NettyMessageDecoder} and
 * {@link io.lazaret.protocol.codec.netty.NettyMessageEncoder}.
 */
@NullMarked
package io.lazaret.protocol.codec.netty;

import org.jspecify.annotations.NullMarked;
