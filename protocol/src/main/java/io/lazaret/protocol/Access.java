// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol;

/**
 * One file being opened, executed or closed after writing, as the agent saw it.
 *
 * @param path absolute path in the guest; empty when unknown
 * @param process path of the executable that accesses it; empty when unknown
 * @param pid process id in the guest, 0 when unknown
 * @param uid user id in the guest, -1 when unknown
 */
public record Access(
    Lane lane, ContentKey content, String path, String process, int pid, int uid) {}
