// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
/**
 * What is done about an infected file beyond denying it. Entry types: {@link
 * io.lazaret.agent.remedy.Remedy} takes what was detected, {@link
 * io.lazaret.agent.remedy.QuarantineDesk} is what the command line asks.
 */
@NullMarked
package io.lazaret.agent.remedy;

import org.jspecify.annotations.NullMarked;
