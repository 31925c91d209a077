// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
/**
 * The command line's way to the running agent: a Unix socket with lines of text. Entry types:
 * {@link io.lazaret.agent.control.ControlServer} and {@link
 * io.lazaret.agent.control.ControlClient}.
 */
@NullMarked
package io.lazaret.agent.control;

import org.jspecify.annotations.NullMarked;
