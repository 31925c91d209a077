// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Received bytes on their way to the engine: {@link io.lazaret.appliance.content.Staging} gives an
 * {@link io.lazaret.appliance.content.Upload} for what a guest sends, which becomes a {@link
 * io.lazaret.appliance.content.StagedContent} when length and hash are what they should be.
 */
package io.lazaret.appliance.content;
