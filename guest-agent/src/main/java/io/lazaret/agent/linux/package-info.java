// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Linux as the agent needs it, in three layers: {@link io.lazaret.agent.linux.Libc} holds the C
 * signatures, {@link io.lazaret.agent.linux.Layouts} the structs; {@link
 * io.lazaret.agent.linux.Fanotify}, {@link io.lazaret.agent.linux.Descriptors}, {@link
 * io.lazaret.agent.linux.Processes} and {@link io.lazaret.agent.linux.WakeUp} are the Java types;
 * {@link io.lazaret.agent.linux.FanotifyFacts} and {@link io.lazaret.agent.linux.FilesystemKind}
 * say what it means. The only package that calls native code.
 */
@NullMarked
package io.lazaret.agent.linux;

import org.jspecify.annotations.NullMarked;
