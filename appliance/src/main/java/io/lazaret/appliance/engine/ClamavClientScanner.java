// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import io.lazaret.protocol.Verdict;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.util.Collection;
import xyz.capybara.clamav.ClamavClient;
import xyz.capybara.clamav.CommunicationException;
import xyz.capybara.clamav.commands.scan.result.ScanResult.OK;
import xyz.capybara.clamav.commands.scan.result.ScanResult.VirusFound;

/**
 * Asks one run of clamd by clamav-client; make a new one when clamd was started again, because the
 * client remembers the list of commands.
 */
final class ClamavClientScanner implements Scanner {
  private final InetSocketAddress address;
  private final ClamavClient client;
  private final long longest;

  /**
   * @param longest clamd's StreamMaxLength: a longer stream breaks the connection without an answer
   */
  ClamavClientScanner(InetSocketAddress address, long longest) {
    this.address = address;
    this.client = new ClamavClient(address);
    this.longest = longest;
  }

  @Override
  public Look scan(long length, ScanRequest.Source source) {
    requirePlatformThread();
    if (length > longest) {
      return new Look.Found(new Verdict.Incomplete(Verdict.Reason.SIZE_LIMIT));
    }
    try (InputStream in = source.open()) {
      ExactInput exact = new ExactInput(in, length);
      return scan(exact, length);
    } catch (IOException e) {
      return new Look.BadSource("content: " + e);
    }
  }

  private Look scan(ExactInput content, long length) {
    xyz.capybara.clamav.commands.scan.result.ScanResult answer;
    try {
      answer = new StreamCommand(content, length).send(address);
    } catch (RuntimeException e) {
      if (content.failed() && !Thread.currentThread().isInterrupted()) {
        return new Look.BadSource(content.problem());
      }
      if (!isCommunication(e)) {
        return new Look.Failed(text(e));
      }
      return content.begun() ? new Look.Lost(text(e)) : new Look.Absent(text(e));
    }
    if (!content.problem().isEmpty()) {
      return new Look.BadSource(content.problem());
    }
    return switch (answer) {
      case OK ok -> new Look.Found(Verdict.CLEAN);
      case VirusFound found ->
          Findings.verdict(
              found.getFoundViruses().values().stream().flatMap(Collection::stream).toList());
      default -> new Look.Failed("answer: " + answer);
    };
  }

  @Override
  public String version() throws EngineException {
    requirePlatformThread();
    try {
      return client.version();
    } catch (RuntimeException e) {
      throw new EngineException(text(e), e);
    }
  }

  @Override
  public void ping() throws EngineException {
    requirePlatformThread();
    try {
      client.ping();
    } catch (RuntimeException e) {
      throw new EngineException(text(e), e);
    }
  }

  @Override
  public void reload() throws EngineException {
    requirePlatformThread();
    try {
      client.reloadVirusDatabases();
    } catch (RuntimeException e) {
      throw new EngineException(text(e), e);
    }
  }

  /**
   * On a virtual thread the client's writes are partial, and the engine says OK to a torn stream.
   */
  private static void requirePlatformThread() {
    if (Thread.currentThread().isVirtual()) {
      throw new IllegalStateException("thread: virtual (expected: a platform thread)");
    }
  }

  private static boolean isCommunication(Throwable e) {
    for (Throwable t = e; t != null; t = t.getCause()) {
      // An answer that is cut off comes from an engine that went away while it answered.
      if (t instanceof CommunicationException
          || t instanceof xyz.capybara.clamav.InvalidResponseException) {
        return true;
      }
    }
    return false;
  }

  private static String text(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.toString();
  }
}
