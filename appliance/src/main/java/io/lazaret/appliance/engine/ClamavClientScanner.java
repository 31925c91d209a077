// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import io.lazaret.protocol.Verdict;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import xyz.capybara.clamav.ClamavClient;
import xyz.capybara.clamav.CommunicationException;
import xyz.capybara.clamav.commands.scan.Scan;
import xyz.capybara.clamav.commands.scan.result.ScanResult.OK;
import xyz.capybara.clamav.commands.scan.result.ScanResult.VirusFound;

/**
 * Asks one run of clamd by clamav-client; make a new one when clamd was started again, because the
 * client remembers the list of commands.
 */
final class ClamavClientScanner implements Scanner {
  private static final Logger log = LoggerFactory.getLogger(ClamavClientScanner.class);

  /** Below this a stream costs no more than a file. */
  private static final long SPOOLED_FROM = 64 << 10;

  private final InetSocketAddress address;
  private final ClamavClient client;
  private final long longest;
  private final Optional<ContentSpool> spool;
  private final long spooledFrom;

  /**
   * Streams every content.
   *
   * @param longest clamd's StreamMaxLength: a longer stream breaks the connection without an answer
   */
  ClamavClientScanner(InetSocketAddress address, long longest) {
    this(address, longest, Optional.empty(), SPOOLED_FROM);
  }

  private ClamavClientScanner(
      InetSocketAddress address, long longest, Optional<ContentSpool> spool, long spooledFrom) {
    this.address = address;
    this.client = new ClamavClient(address);
    this.longest = longest;
    this.spool = spool;
    this.spooledFrom = spooledFrom;
  }

  /** The same for larger contents by way of files. */
  ClamavClientScanner with(ContentSpool files) {
    return new ClamavClientScanner(address, longest, Optional.of(files), SPOOLED_FROM);
  }

  /** The same for all contents by way of files. */
  ClamavClientScanner withAllIn(ContentSpool files) {
    return new ClamavClientScanner(address, longest, Optional.of(files), 0);
  }

  /** A scanner for each way in which this one has contents scanned, whatever their length. */
  List<Scanner> ways() {
    Scanner streaming = new ClamavClientScanner(address, longest);
    return spool
        .<List<Scanner>>map(files -> List.of(streaming, withAllIn(files)))
        .orElse(List.of(streaming));
  }

  @Override
  public Look scan(long length, ScanRequest.Source source) {
    requirePlatformThread();
    if (length > longest) {
      return new Look.Found(new Verdict.Incomplete(Verdict.Reason.SIZE_LIMIT));
    }
    if (spool.isPresent() && length >= spooledFrom) {
      try (InputStream in = source.open();
          ContentSpool.Spooled file = spool.get().put(in, length)) {
        return scan(file);
      } catch (IOException noFile) {
        // No room, or the content is not what it should be: streaming tells which.
        log.debug("A content is streamed. cause={}", noFile.toString());
      }
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
    return look(answer);
  }

  private Look scan(ContentSpool.Spooled file) {
    try {
      return look(new Scan(file.name()).send(address));
    } catch (RuntimeException e) {
      if (!isCommunication(e)) {
        return new Look.Failed(text(e));
      }
      return isRefusal(e) ? new Look.Absent(text(e)) : new Look.Lost(text(e));
    }
  }

  private static Look look(xyz.capybara.clamav.commands.scan.result.ScanResult answer) {
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

  private static boolean isRefusal(Throwable e) {
    for (Throwable t = e; t != null; t = t.getCause()) {
      if (t instanceof ConnectException) {
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
