// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.sizing;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options of every command that talks to an appliance. */
final class ApplianceOptions {
  @Option(
      names = "--appliance",
      required = true,
      paramLabel = "HOST:PORT",
      converter = AddressConverter.class,
      description = "Where guests connect.")
  InetSocketAddress appliance = new InetSocketAddress(0);

  @Option(
      names = "--tokens",
      required = true,
      paramLabel = "FILE",
      description = "Enrolment tokens, one a line, one for each guest.")
  Path tokens = Path.of("");

  @Option(names = "--guests", defaultValue = "1", description = "Simulated guests.")
  int guests;

  @Option(names = "--size", defaultValue = "10240", description = "Bytes of each content.")
  int size;

  @Option(names = "--seed", defaultValue = "1", description = "Same seed, same contents.")
  long seed;

  @Option(names = "--threads", defaultValue = "1", description = "Event loops of the guests.")
  int threads;

  /** Reads HOST:PORT. */
  static final class AddressConverter implements ITypeConverter<InetSocketAddress> {
    @Override
    public InetSocketAddress convert(String text) {
      int colon = text.lastIndexOf(':');
      try {
        return new InetSocketAddress(
            text.substring(0, Math.max(0, colon)), Integer.parseInt(text.substring(colon + 1)));
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(text + " (expected: HOST:PORT)");
      }
    }
  }
}
