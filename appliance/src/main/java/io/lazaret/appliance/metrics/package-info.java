// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
/**
 * What the appliance counts: {@link io.lazaret.appliance.metrics.Metric} names every figure, {@link
 * io.lazaret.appliance.metrics.Metrics} keeps them and writes them for Prometheus.
 */
package io.lazaret.appliance.metrics;
