// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Watching without root and without Linux: files are looked at after they were written, nothing is
 * held. Entry type: {@link io.lazaret.agent.watch.portable.PortableWatcher}.
 */
@NullMarked
package io.lazaret.agent.watch.portable;

import org.jspecify.annotations.NullMarked;
