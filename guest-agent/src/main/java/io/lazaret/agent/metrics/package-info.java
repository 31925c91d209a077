// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
/**
 * What the agent counts and measures; a leaf. Entry types: {@link
 * io.lazaret.agent.metrics.Counters}, {@link io.lazaret.agent.metrics.Metric}.
 */
@NullMarked
package io.lazaret.agent.metrics;

import org.jspecify.annotations.NullMarked;
