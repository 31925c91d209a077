// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
/**
 * What happened in the guest: opens and executions, held until they are decided. Entry types:
 * {@link io.lazaret.agent.watch.FanotifyWatcher}, {@link io.lazaret.agent.watch.WatchSettings}.
 */
@NullMarked
package io.lazaret.agent.watch;

import org.jspecify.annotations.NullMarked;
