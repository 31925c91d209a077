// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.ledger;

import io.lazaret.protocol.ContentHash;
import java.time.Instant;

/** One guest accessed one content under one path, first and last at these times. */
public record Exposure(
    int domain, ContentHash hash, long guest, String path, Instant first, Instant last) {}
