// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
/** The appliance's side of TLS: {@link io.lazaret.protocol.tls.netty.ServerTls}. */
@NullMarked
package io.lazaret.protocol.tls.netty;

import org.jspecify.annotations.NullMarked;
