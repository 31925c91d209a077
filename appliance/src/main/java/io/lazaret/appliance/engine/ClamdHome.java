// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.engine;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The private directory of a managed clamd, its configuration and its command line. All paths in
 * the configuration are relative: clamd gets the directory as its working directory and needs no
 * right on those above.
 */
final class ClamdHome implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ClamdHome.class);
  private static final Path SHARED_MEMORY = Path.of("/dev/shm");

  private final Path directory;
  private final EngineSettings.Managed settings;
  private final Path temporary;
  private final Optional<String> user;
  private Optional<ContentSpool> spool = Optional.empty();
  private Path binary = Path.of("clamd");

  private ClamdHome(
      Path directory, EngineSettings.Managed settings, Path temporary, Optional<String> user) {
    this.directory = directory;
    this.settings = settings;
    this.temporary = temporary;
    this.user = user;
  }

  static ClamdHome prepare(EngineSettings.Managed settings) throws IOException {
    Path directory = Files.createDirectories(settings.directory()).toRealPath();
    if (settings.hosted()) {
      // Who set the host up has given its group the right to pass through and read.
      ClamdHome hosted =
          new ClamdHome(directory, settings, Path.of(settings.temporary()), Optional.empty());
      hosted.makeSpool(directory.resolve("contents"));
      return hosted;
    }
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
    Optional<String> user = user(settings, directory);
    Path temporary =
        settings.temporary().isEmpty()
            ? sharedMemory(directory, owners(user)).orElse(directory.resolve("tmp"))
            : Path.of(settings.temporary()).resolve("lazaret-clamd");
    ClamdHome home = new ClamdHome(directory, settings, temporary, user);
    home.makeTemporary();
    home.makeSpool(temporary.resolveSibling(temporary.getFileName() + "-contents"));
    return home;
  }

  /** Where contents may lie that clamd is to read; empty when there is no such place. */
  Optional<ContentSpool> spool() {
    return spool;
  }

  /** Its group, which clamd is in, may read there and do nothing else. */
  private void makeSpool(Path place) {
    try {
      Trees.delete(place, owners(Optional.empty()));
      Files.createDirectory(
          place,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-x---")));
      if (user.isPresent()) {
        giveGroup(place, user.get());
        // So that the files have it, too.
        Files.setAttribute(place, "unix:mode", 02750);
      }
      boolean within = place.startsWith(directory);
      spool =
          Optional.of(
              new ContentSpool(place, (within ? directory.relativize(place) : place).toString()));
    } catch (IOException e) {
      log.info("All contents are streamed to clamd. detail={}", e.toString());
    }
  }

  private static void giveGroup(Path path, String user) throws IOException {
    Files.getFileAttributeView(path, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
        .setGroup(
            path.getFileSystem()
                .getUserPrincipalLookupService()
                .lookupPrincipalByGroupName(group(user)));
  }

  Path directory() {
    return directory;
  }

  /** Finds clamd's program; fails when it is not installed. */
  void findBinary() throws IOException {
    if (!settings.hosted()) {
      binary = find(settings.binary(), "/usr/sbin", "/usr/local/sbin");
    }
  }

  /** Starts the clamd of a configuration that was written. */
  Process launch(String name) throws IOException {
    return settings.hosted()
        ? HostedProcess.start(Path.of(settings.host()), name)
        : new ProcessBuilder(command(name))
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .start();
  }

  void writeConfiguration(String name, EngineSettings.Limits limits, String database, int port)
      throws IOException {
    String text =
        """
        # Written at every start.
        TCPSocket %d
        TCPAddr 127.0.0.1
        Foreground yes
        DatabaseDirectory %s
        TemporaryDirectory %s
        # One thread more than scans at once, for the self-test.
        MaxThreads %d
        MaxQueue %d
        MaxConnectionQueueLength 200
        StreamMaxLength %d
        # Above MaxScanSize: a part of a zip that is longer is cut off here without an alert.
        MaxFileSize %d
        MaxScanSize %d
        # Above these clamd leaves a step out without an alert: no part may be longer.
        MaxHTMLNormalize %d
        MaxHTMLNoTags %d
        MaxScriptNormalize %d
        MaxEmbeddedPE %d
        MaxZipTypeRcg %d
        PCREMaxFileSize %d
        MaxRecursion %d
        MaxFiles %d
        MaxScanTime %d
        AlertExceedsMax yes
        AlertEncrypted %s
        DisableCache yes
        SelfCheck 0
        ConcurrentDatabaseReload yes
        ExitOnOOM yes
        LogSyslog no
        """
            .formatted(
                port,
                database,
                temporary,
                limits.threads() + 1,
                2 * (limits.threads() + 1),
                limits.contentBytes(),
                limits.partBytes(),
                limits.scanBytes(),
                limits.partBytes(),
                limits.partBytes(),
                limits.partBytes(),
                limits.partBytes(),
                limits.partBytes(),
                limits.partBytes(),
                limits.nesting(),
                limits.parts(),
                limits.scanTime().toMillis(),
                limits.alertEncrypted() ? "yes" : "no");
    Path file = directory.resolve(name + ".conf");
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      Files.deleteIfExists(file);
      // The port is nobody else's business.
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----")));
    }
    if (user.isPresent()) {
      giveGroup(file, user.get());
    }
    overwrite(file, text);
  }

  /** In place, because a full disk has no room for another one. */
  private static void overwrite(Path file, String text) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
      channel.truncate(bytes.remaining());
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    }
  }

  private List<String> command(String name) {
    List<String> command = new ArrayList<>();
    Optional<Path> setpriv = tool("setpriv");
    if (setpriv.isPresent()) {
      command.add(setpriv.get().toString());
      user.ifPresent(u ->
          command.addAll(
              List.of(
                  "--reuid=" + u,
                  "--regid=" + group(u),
                  "--clear-groups",
                  "--inh-caps=-all",
                  "--bounding-set=-all")));
      command.addAll(List.of("--no-new-privs", "--pdeathsig=KILL", "--"));
    } else {
      log.warn("setpriv is missing: clamd keeps our user, and may outlive a kill -9 of us.");
    }
    Optional<Path> prlimit = tool("prlimit");
    if (prlimit.isPresent()) {
      command.addAll(List.of(prlimit.get().toString(), "--core=0"));
      if (settings.memoryBytes() > 0) {
        command.add("--data=" + settings.memoryBytes());
      }
      command.add("--");
    }
    // What answers guests goes before what scans; both want all processors in a storm.
    tool("nice").ifPresent(nice -> command.addAll(List.of(nice.toString(), "-n", "5")));
    command.addAll(List.of(binary.toString(), "--config-file=" + name + ".conf", "--foreground"));
    return command;
  }

  @Override
  public void close() {
    spool.ifPresent(ContentSpool::close);
    if (settings.hosted()) {
      return; // the temporary directory is the host's
    }
    try {
      Trees.delete(temporary, owners(user));
    } catch (IOException e) {
      log.warn("clamd's temporary files stay. directory={} detail={}", temporary, e.toString());
    }
  }

  /** Nobody but clamd may see the contents that it is scanning. */
  private void makeTemporary() throws IOException {
    Trees.delete(temporary, owners(user));
    Files.createDirectory(
        temporary,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    if (user.isPresent()) {
      UserPrincipalLookupService lookup = temporary.getFileSystem().getUserPrincipalLookupService();
      PosixFileAttributeView view =
          Files.getFileAttributeView(
              temporary, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
      view.setOwner(lookup.lookupPrincipalByName(user.get()));
      view.setGroup(lookup.lookupPrincipalByGroupName(group(user.get())));
    }
  }

  /** Whose the temporary directory may be: ours, or clamd's. */
  private static Set<String> owners(Optional<String> user) {
    return Stream.concat(Stream.of(System.getProperty("user.name")), user.stream())
        .collect(Collectors.toUnmodifiableSet());
  }

  private static Optional<Path> sharedMemory(Path directory, Set<String> owners)
      throws IOException {
    if (!Files.isWritable(SHARED_MEMORY)
        || !Files.getFileStore(SHARED_MEMORY).type().equals("tmpfs")) {
      return Optional.empty();
    }
    Path own =
        SHARED_MEMORY.resolve(
            "lazaret-clamd-" + Integer.toHexString(directory.toString().hashCode()));
    // Everybody may write there: never delete through what another user has put in the way.
    if (Files.exists(own, LinkOption.NOFOLLOW_LINKS)
        && (!Files.isDirectory(own, LinkOption.NOFOLLOW_LINKS)
            || !Files.isReadable(own)
            || !owners.contains(Files.getOwner(own, LinkOption.NOFOLLOW_LINKS).getName())
            || !Files.getPosixFilePermissions(own, LinkOption.NOFOLLOW_LINKS)
                .equals(PosixFilePermissions.fromString("rwx------")))) {
      log.warn("Another user's file is in the way; the disk is used. path={}", own);
      return Optional.empty();
    }
    return Optional.of(own);
  }

  private static Optional<String> user(EngineSettings.Managed settings, Path directory)
      throws IOException {
    if (!"root".equals(System.getProperty("user.name"))) {
      return Optional.empty();
    }
    if (!settings.user().isEmpty()) {
      return Optional.of(settings.user());
    }
    UserPrincipalLookupService lookup = directory.getFileSystem().getUserPrincipalLookupService();
    for (String name : List.of("clamav", "nobody")) {
      try {
        lookup.lookupPrincipalByName(name);
        return Optional.of(name);
      } catch (UserPrincipalNotFoundException e) {
        log.debug("No such user. name={}", name);
      }
    }
    return Optional.empty();
  }

  private static String group(String user) {
    return user.equals("nobody") && Files.exists(Path.of("/etc/debian_version")) ? "nogroup" : user;
  }

  private static Optional<Path> tool(String name) {
    try {
      return Optional.of(find(name, "/usr/bin", "/bin"));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static Path find(String program, String... further) throws IOException {
    List<String> places = new ArrayList<>();
    if (!program.contains("/")) {
      places.addAll(
          List.of(
              Optional.ofNullable(System.getenv("PATH")).orElse("").split(File.pathSeparator, -1)));
      places.addAll(List.of(further));
    } else {
      places.add("");
    }
    for (String place : places) {
      Path file = Path.of(place, program);
      if (Files.isExecutable(file)) {
        return file.toAbsolutePath();
      }
    }
    throw new IOException(program + ": not installed (looked in " + places + ")");
  }
}
