// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.content;

import io.lazaret.protocol.Refusal;

/** How an upload ended. */
public sealed interface UploadResult {
  /** All bytes are here, and they are the right ones; who takes this closes the content. */
  record Staged(StagedContent content) implements UploadResult {}

  /** The guest did not send what it announced, or stopped. */
  record Rejected(Refusal code) implements UploadResult {}

  /** There is no room on the disk; the guest did nothing wrong and may try again later. */
  record NoRoom() implements UploadResult {}
}
