// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Scans that somebody asks for. Entry types: {@link io.lazaret.agent.scan.FileScanner} looks at
 * files, {@link io.lazaret.agent.scan.FileWalk} finds them; {@link io.lazaret.agent.scan.ScanJobs}
 * are scans in the background.
 */
@NullMarked
package io.lazaret.agent.scan;

import org.jspecify.annotations.NullMarked;
