// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
/**
 * The path of one ask: {@link io.lazaret.appliance.verdict.VerdictService} answers an {@link
 * io.lazaret.appliance.verdict.Asker} from memory, else from its content's flight; it reaches
 * guests through {@link io.lazaret.appliance.verdict.Push} and tells what it found to {@link
 * io.lazaret.appliance.verdict.Findings}.
 */
@NullMarked
package io.lazaret.appliance.verdict;

import org.jspecify.annotations.NullMarked;
