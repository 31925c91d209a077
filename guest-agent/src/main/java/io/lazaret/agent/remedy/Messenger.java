// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.remedy;

import io.lazaret.agent.linux.Descriptors;
import io.lazaret.agent.linux.FileStatus;
import io.lazaret.agent.linux.Folder;
import io.lazaret.agent.linux.LinuxException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells a user at the terminals that are theirs, or on their desktop; seldom, and never waiting for
 * long. For one platform thread.
 */
final class Messenger {
  private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long HELPER_SECONDS = 5;
  private static final int MOST_TERMINALS = 64;
  private static final int LONGEST = 400;

  /** A terminal's group may write to it: its user has not said {@code mesg n}. */
  private static final int WELCOME = 020;

  private static final Logger LOG = LoggerFactory.getLogger(Messenger.class);

  private final Path devices;
  private final Path runtime;
  private final List<String> helper;
  private long lastNanos = System.nanoTime() - PAUSE_NANOS;
  private int untold;

  Messenger() {
    this(Path.of("/dev"), Path.of("/run/user"), List.of("setpriv"));
  }

  Messenger(Path devices, Path runtime, List<String> helper) {
    this.devices = devices;
    this.runtime = runtime;
    this.helper = helper;
  }

  /** Tells, unless somebody was told a moment ago: then the next message counts this one. */
  void tell(RemedySettings.Tell how, int user, String message) {
    if (how == RemedySettings.Tell.NONE || user < 0) {
      return;
    }
    if (System.nanoTime() - lastNanos < PAUSE_NANOS) {
      untold++;
      return;
    }
    lastNanos = System.nanoTime();
    String text =
        Printable.of(message, LONGEST)
            + (untold == 0 ? "" : " (and " + untold + " more before this)");
    untold = 0;
    if (how == RemedySettings.Tell.WALL) {
      write("\r\n*** Lazaret: " + text + "\r\n", user);
    } else {
      notify(text, user);
    }
  }

  private void write(String text, int user) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    for (Path folder : List.of(devices, devices.resolve("pts"))) {
      try (Folder terminals = Folder.walk(folder.toString())) {
        for (String name : terminals(folder)) {
          FileStatus status = terminals.status(name);
          if (status.characterDevice()
              && status.owner() == user
              && (status.mode() & WELCOME) != 0) {
            write(terminals, name, bytes);
          }
        }
      } catch (IOException e) {
        LOG.debug("terminals not found folder={} detail={}", folder, String.valueOf(e));
      }
    }
  }

  private static void write(Folder terminals, String name, byte[] bytes) {
    try {
      int fd = terminals.openTerminal(name);
      try {
        Descriptors.writeSome(fd, bytes);
      } finally {
        Descriptors.closeQuietly(fd);
      }
    } catch (LinuxException e) {
      LOG.debug("terminal not told name={} detail={}", name, e.getMessage());
    }
  }

  private List<String> terminals(Path folder) throws IOException {
    String names = folder.equals(devices) ? "tty[0-9]*" : "[0-9]*";
    List<String> found = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, names)) {
      for (Path terminal : all) {
        if (found.size() < MOST_TERMINALS) {
          found.add(terminal.getFileName().toString());
        }
      }
    }
    return found;
  }

  private void notify(String text, int user) {
    Path home = runtime.resolve(Integer.toString(user));
    Path bus = home.resolve("bus");
    if (!Files.exists(bus, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try {
      List<String> command = new ArrayList<>(helper);
      command.add("--reuid=" + user);
      command.add("--regid=" + Files.getAttribute(home, "unix:gid", LinkOption.NOFOLLOW_LINKS));
      command.addAll(List.of("--clear-groups", "--no-new-privs", "notify-send"));
      command.addAll(List.of("--app-name=Lazaret", "--urgency=critical", "--"));
      command.addAll(List.of("Infected file", markup(text)));
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD);
      builder.environment().clear();
      builder.environment().put("PATH", "/usr/bin:/bin");
      builder.environment().put("LC_ALL", "C.UTF-8");
      builder.environment().put("DBUS_SESSION_BUS_ADDRESS", "unix:path=" + bus);
      Process process = builder.start();
      if (!process.waitFor(HELPER_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      LOG.warn("desktop not told user={} detail={}", user, String.valueOf(e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The notification's body is markup. */
  private static String markup(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
