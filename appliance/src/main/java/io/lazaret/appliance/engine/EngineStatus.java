// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The engine as it was seen last.
 *
 * @param ready whether it answers, has signatures, and told known-bad from known-good at the last
 *     self-test
 * @param epoch number of the present engine state; 0 before the first
 * @param version the engine's own version line, empty when it never answered
 * @param generation signature generation by the canary, 0 when unknown
 * @param signaturesAt when the newest signature file was made
 * @param problem why it is not ready, empty when it is
 */
public record EngineStatus(
    boolean ready,
    long epoch,
    String version,
    long generation,
    @Nullable Instant signaturesAt,
    @Nullable Instant selfTestAt,
    String problem) {}
