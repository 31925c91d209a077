// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A scanner and its clamd, both doing what the test says. */
final class FakeEngine implements Scanner, Clamd {
  final Deque<Supplier<Look>> looks = new ArrayDeque<>();
  boolean dies;
  Fate fate = Fate.ALIVE;
  BooleanSupplier genuine = () -> true;
  @Nullable Run run = new Run(1, this);

  @Override
  public Look scan(long length, ScanRequest.Source source) {
    return looks.removeFirst().get();
  }

  @Override
  public String version() {
    return "Fake 1";
  }

  @Override
  public void ping() {}

  @Override
  public void reload() {}

  @Override
  public void start() {}

  @Override
  public @Nullable Run run() {
    return run;
  }

  @Override
  public boolean genuine(Run scanned) {
    return genuine.getAsBoolean();
  }

  @Override
  public Fate died(Run lost, boolean hung) {
    return dies || hung ? Fate.BROKEN : fate;
  }

  @Override
  public Signatures signatures() {
    return Signatures.NONE;
  }

  @Override
  public void close() {}
}
