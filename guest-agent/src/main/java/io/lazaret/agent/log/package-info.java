// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Where log lines go: standard error, one line each. {@link io.lazaret.agent.log.LineLogging} is
 * found by SLF4J; nobody else names it.
 */
@NullMarked
package io.lazaret.agent.log;

import org.jspecify.annotations.NullMarked;
