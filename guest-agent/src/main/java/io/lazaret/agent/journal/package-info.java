// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
/**
 * What has to survive the agent, on disk: a leaf beside the metrics. Entry type: {@link
 * io.lazaret.agent.journal.Journal}.
 */
@NullMarked
package io.lazaret.agent.journal;

import org.jspecify.annotations.NullMarked;
