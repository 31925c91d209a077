// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.remedy;

import io.lazaret.agent.decision.FileIdentity;
import io.lazaret.agent.decision.LocalVerdicts.Known;
import io.lazaret.protocol.Access;
import java.util.Optional;

/**
 * An infected file as it was met.
 *
 * @param identity what it was when it was judged, if that names the file as the kernel does
 * @param known its verdict
 */
record Detected(Access access, Optional<FileIdentity> identity, Known known, String threat) {}
