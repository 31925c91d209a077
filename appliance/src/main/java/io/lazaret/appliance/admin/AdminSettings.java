// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.admin;

import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * The admin port and its bounds.
 *
 * @param requests most at once; more are answered with 503
 * @param timeout longest time of one request, its reading included
 * @param bodyBytes longest body
 */
public record AdminSettings(
    InetSocketAddress address, int requests, Duration timeout, int bodyBytes) {}
