// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
/**
 * The guest's agent. Entry types: {@link io.lazaret.agent.AgentMain} is the command line, {@code
 * Agent} wires the running agent and is the map.
 */
@NullMarked
package io.lazaret.agent;

import org.jspecify.annotations.NullMarked;
