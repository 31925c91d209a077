// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
/**
 * The engine: {@link io.lazaret.appliance.engine.Engines#start} gives the {@link
 * io.lazaret.appliance.engine.Engine} that scans contents; {@link
 * io.lazaret.appliance.engine.ScanQueue} decides whose turn it is, {@link
 * io.lazaret.appliance.engine.ScanWorkers} feed it to a {@link
 * io.lazaret.appliance.engine.Scanner}, {@link io.lazaret.appliance.engine.ManagedClamd} keeps
 * clamd alive and {@link io.lazaret.appliance.engine.Epochs} knows which engine state answered.
 */
package io.lazaret.appliance.engine;
