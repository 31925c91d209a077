// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Measures and loads a Lazaret installation: {@link io.lazaret.sizing.OpenLatency} for what an open
 * costs, {@link io.lazaret.sizing.MakeFiles} for the files to open, {@link io.lazaret.sizing.Swarm}
 * and {@link io.lazaret.sizing.Answers} for what an appliance can take.
 */
@NullMarked
package io.lazaret.sizing;

import org.jspecify.annotations.NullMarked;
