// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance;

import io.lazaret.appliance.admin.Api;
import io.lazaret.appliance.admin.ApiAnswer;
import io.lazaret.appliance.admin.ApiException;
import java.util.Map;
import picocli.CommandLine.Command;

/** What the engine does now. */
@Command(name = "scans", description = "Show how many scans run and wait.")
final class ScansCommand extends OperatorCommand {
  @Override
  ApiAnswer ask(Api api) throws ApiException, CommandException {
    return get(api, "GET", "/scans", Map.of());
  }

  @Override
  String show(ApiAnswer answer) {
    return answer.table("state", "lane", "scans");
  }
}
