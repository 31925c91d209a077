// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.remedy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.agent.linux.Descriptors;
import io.lazaret.agent.linux.FileAttributes;
import io.lazaret.agent.linux.Folder;
import io.lazaret.agent.remedy.Checkpoint.Step;
import io.lazaret.agent.remedy.Remedied.Left;
import io.lazaret.agent.remedy.Remedied.Reason;
import io.lazaret.agent.remedy.Remedied.Taken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Takes real files away and gives them back, undisturbed, disturbed and killed. */
class QuarantineTest {
  private static final byte[] CONTENT = new byte[300_001];

  static {
    new Random(7).nextBytes(CONTENT);
  }

  @TempDir Path root = Path.of("");
  private TestVault vault;
  private Path bad;

  /** As a kill: nothing after it is done. */
  private static final class Killed extends Error {}

  @BeforeEach
  void infected() throws IOException {
    vault = new TestVault(root);
    bad = Files.write(vault.home.resolve("bad"), CONTENT);
  }

  private static String idOf(Remedied remedied) {
    return assertInstanceOf(Taken.class, remedied).id().orElseThrow();
  }

  private static Reason reasonOf(Remedied remedied) {
    return assertInstanceOf(Left.class, remedied).reason();
  }

  @Test
  void aFileIsTakenAwayAndGivenBackAsItWas() throws Exception {
    Files.setPosixFilePermissions(bad, PosixFilePermissions.fromString("rwxr-x--x"));
    Files.setAttribute(bad, "unix:mode", 04751);
    UserDefinedFileAttributeView view =
        Files.getFileAttributeView(bad, UserDefinedFileAttributeView.class);
    var _ = view.write("lazaret.test", StandardCharsets.UTF_8.encode("value\n%"));
    FileTime time = FileTime.from(Instant.parse("2001-02-03T04:05:06.789012345Z"));
    Files.setLastModifiedTime(bad, time);
    Map<String, Object> before = Files.readAttributes(bad, "unix:mode,uid,gid,lastModifiedTime");

    String id = idOf(vault.take(bad, Checkpoint.NONE));
    assertEquals(List.of(), vault.files());
    assertEquals(List.of("ID.masked", "ID.record"), vault.vaultFiles());
    assertEquals(Item.State.HELD, vault.items().getFirst().state());
    assertArrayEquals(CONTENT, vault.content(vault.items().getFirst()));

    vault.restore(id, bad.toString(), Checkpoint.NONE);
    assertEquals(List.of("bad"), vault.files());
    assertEquals(List.of(), vault.vaultFiles());
    assertArrayEquals(CONTENT, Files.readAllBytes(bad));
    assertEquals(before, Files.readAttributes(bad, "unix:mode,uid,gid,lastModifiedTime"));
    ByteBuffer value = ByteBuffer.allocate(100);
    var _ =
        Files.getFileAttributeView(bad, UserDefinedFileAttributeView.class)
            .read("lazaret.test", value);
    assertEquals("value\n%", StandardCharsets.UTF_8.decode(value.flip()).toString());
  }

  @Test
  void maskedContentHoldsNothingOfTheContent() throws Exception {
    Files.writeString(bad, "the same words again and again ".repeat(1000));
    var _ = idOf(vault.take(bad, Checkpoint.NONE));
    try (var all = Files.newDirectoryStream(vault.folder, "*.masked")) {
      String masked =
          new String(Files.readAllBytes(all.iterator().next()), StandardCharsets.ISO_8859_1);
      assertFalse(masked.contains("words"));
      assertEquals(31_000, masked.length());
    }
  }

  @Test
  void killedAfterAnyStepOfTakingLosesNothing() throws Exception {
    for (Step step :
        List.of(
            Step.COPIED,
            Step.RECORDED,
            Step.STAGED,
            Step.MOVED,
            Step.REMOVED,
            Step.CLEARED,
            Step.HELD)) {
      assertThrows(Killed.class, () -> vault.take(bad, killAt(step)), step.name());
      vault.recover();
      List<String> files = vault.files();
      List<Item> items = vault.items();
      if (step.compareTo(Step.MOVED) < 0) {
        assertEquals(List.of("bad"), files, step.name());
        assertArrayEquals(CONTENT, Files.readAllBytes(bad), step.name());
        assertEquals(List.of(), vault.vaultFiles(), step.name());
      } else {
        assertEquals(List.of(), files, step.name());
        assertEquals(1, items.size(), step.name());
        assertEquals(Item.State.HELD, items.getFirst().state(), step.name());
        assertArrayEquals(CONTENT, vault.content(items.getFirst()), step.name());
        vault.restore(items.getFirst().id(), bad.toString(), Checkpoint.NONE);
      }
    }
  }

  @Test
  void killedAfterAnyStepOfRestoringLosesNothing() throws Exception {
    for (Step step :
        List.of(Step.RECORDED, Step.STAGED, Step.WRITTEN, Step.PLACED, Step.FORGOTTEN)) {
      String id = idOf(vault.take(bad, Checkpoint.NONE));
      assertThrows(
          Killed.class, () -> vault.restore(id, bad.toString(), killAt(step)), step.name());
      vault.recover();
      boolean placed = step.compareTo(Step.PLACED) >= 0;
      assertEquals(placed ? List.of("bad") : List.of(), vault.files(), step.name());
      if (step == Step.FORGOTTEN) {
        assertEquals(List.of(), vault.vaultFiles());
      } else {
        Item item = vault.items().getFirst();
        assertEquals(Item.State.HELD, item.state(), step.name());
        assertArrayEquals(CONTENT, vault.content(item), step.name());
        if (placed) {
          vault.forget(item);
        } else {
          vault.restore(id, bad.toString(), Checkpoint.NONE);
        }
      }
      assertArrayEquals(CONTENT, Files.readAllBytes(bad), step.name());
    }
  }

  private static Checkpoint killAt(Step step) {
    return reached -> {
      if (reached == step) {
        throw new Killed();
      }
    };
  }

  @Test
  void killedWhileDeletingLeavesNothingBehind() throws Exception {
    for (Step step : List.of(Step.RECORDED, Step.STAGED, Step.MOVED, Step.REMOVED)) {
      var _ = Files.write(bad, CONTENT);
      Detected detected = TestVault.detected(bad);
      assertThrows(Killed.class, () -> vault.take(detected, false, killAt(step)));
      vault.recover();
      assertEquals(step.compareTo(Step.MOVED) < 0 ? List.of("bad") : List.of(), vault.files());
      assertEquals(List.of(), vault.vaultFiles());
    }
  }

  @Test
  void aFileThatTakesTheNameMeanwhileIsGivenBack() throws Exception {
    Path other = Files.writeString(vault.home.resolve("other"), "innocent");
    Remedied remedied =
        vault.take(
            bad,
            step -> {
              if (step == Step.STAGED) {
                move(other, bad);
              }
            });
    assertEquals(Reason.CHANGED, reasonOf(remedied));
    assertEquals(List.of("bad"), vault.files());
    assertEquals("innocent", Files.readString(bad));
    assertEquals(List.of(), vault.vaultFiles());
  }

  @Test
  void whatCannotBeGivenBackUnderItsNameGetsAnother() throws Exception {
    Path other = Files.writeString(vault.home.resolve("other"), "innocent");
    Remedied remedied =
        vault.take(
            bad,
            step -> {
              if (step == Step.STAGED) {
                move(other, bad);
              } else if (step == Step.MOVED) {
                write(bad, "newer");
              }
            });
    assertEquals(Reason.CHANGED, reasonOf(remedied));
    assertEquals("newer", Files.readString(bad));
    assertEquals(2, vault.files().size());
    assertEquals("innocent", Files.readString(vault.home.resolve(vault.files().getLast())));
  }

  @Test
  void aFileWrittenToMeanwhileIsGivenBack() throws Exception {
    Remedied remedied =
        vault.take(
            bad,
            step -> {
              if (step == Step.STAGED) {
                write(bad, "newer");
              }
            });
    assertEquals(Reason.CHANGED, reasonOf(remedied));
    assertEquals("newer", Files.readString(bad));
    assertEquals(List.of(), vault.vaultFiles());
  }

  @Test
  void noLinkIsFollowed() throws Exception {
    Path folder = Files.createDirectory(vault.home.resolve("mine"));
    Path mine = Files.write(folder.resolve("bad"), CONTENT);
    Detected detected = TestVault.detected(mine);
    Path victim = Files.createDirectory(vault.home.resolve("yours"));
    var _ = Files.write(victim.resolve("bad"), CONTENT);
    Files.delete(mine);
    Files.delete(folder);
    Files.createSymbolicLink(folder, victim);
    assertEquals(Reason.GONE, reasonOf(vault.take(detected, true, Checkpoint.NONE)));
    Files.delete(folder);
    Files.createDirectory(folder);
    Files.createSymbolicLink(mine, victim.resolve("bad"));
    assertEquals(Reason.GONE, reasonOf(vault.take(detected, true, Checkpoint.NONE)));
    Files.delete(mine);
    Files.createLink(mine, victim.resolve("bad"));
    assertEquals(Reason.GONE, reasonOf(vault.take(detected, true, Checkpoint.NONE)));
    assertTrue(Files.exists(victim.resolve("bad")));
  }

  @Test
  void otherNamesAreSaidAndTheirIdentityTold() throws Exception {
    Path other = Files.createLink(vault.home.resolve("other"), bad);
    Taken taken = assertInstanceOf(Taken.class, vault.take(bad, Checkpoint.NONE));
    assertEquals(1, taken.otherNames());
    assertEquals(
        TestVault.detected(other).identity().map(one -> one.inode()),
        taken.elsewhere().map(one -> one.inode()));
    assertEquals(List.of("other"), vault.files());
    assertEquals(1, vault.items().getFirst().otherNames());
  }

  @Test
  void aFileThatIsOpenForWritingStays() throws Exception {
    try (FileChannel writer = FileChannel.open(bad, StandardOpenOption.WRITE)) {
      assertEquals(Reason.IN_USE, reasonOf(vault.take(bad, Checkpoint.NONE)));
      assertTrue(writer.isOpen());
    }
    assertEquals(List.of("bad"), vault.files());
  }

  @Test
  void anotherContentThanTheJudgedOneStays() throws Exception {
    Detected detected = TestVault.detected(bad);
    byte[] changed = CONTENT.clone();
    changed[200_000]++;
    var _ = Files.write(bad, changed);
    assertEquals(Reason.CHANGED, reasonOf(vault.take(detected, true, Checkpoint.NONE)));
    assertArrayEquals(changed, Files.readAllBytes(bad));
    assertEquals(List.of(), vault.vaultFiles());
  }

  @Test
  void whatDoesNotFitStays() throws Exception {
    try (Vault open = Vault.open(vault.folder)) {
      Quarantine quarantine =
          new Quarantine(open, TestVault.DIGESTS, InstantSource.system(), step -> {});
      Detected detected = TestVault.detected(bad);
      assertEquals(
          Reason.FULL, reasonOf(quarantine.take(detected, true, vault.settings(300_000, 10))));
      assertEquals(
          Reason.FULL, reasonOf(quarantine.take(detected, true, vault.settings(1 << 20, 0))));
      assertEquals(0, open.files());
      var _ = idOf(quarantine.take(detected, true, vault.settings(300_001, 1)));
      assertEquals(1, open.files());
      assertEquals(300_001, open.bytes());
    }
    try (Vault again = Vault.open(vault.folder)) {
      assertEquals(300_001, again.bytes());
    }
  }

  @Test
  void nothingIsRestoredOverAFileOrDamaged() throws Exception {
    String id = idOf(vault.take(bad, Checkpoint.NONE));
    Files.writeString(bad, "newer");
    assertThrows(IOException.class, () -> vault.restore(id, bad.toString(), Checkpoint.NONE));
    assertEquals("newer", Files.readString(bad));
    assertEquals(List.of("bad"), vault.files());
    Path masked = vault.folder.resolve(id + ".masked");
    byte[] damaged = Files.readAllBytes(masked);
    damaged[5]++;
    var _ = Files.write(masked, damaged);
    Path elsewhere = vault.home.resolve("elsewhere");
    assertThrows(IOException.class, () -> vault.restore(id, elsewhere.toString(), Checkpoint.NONE));
    assertEquals(List.of("bad"), vault.files());
    assertEquals(Item.State.HELD, vault.items().getFirst().state());
  }

  @Test
  void holesAreKept() throws Exception {
    try (FileChannel out = FileChannel.open(bad, StandardOpenOption.WRITE)) {
      var _ = out.truncate(0);
      var _ = out.write(ByteBuffer.wrap(new byte[] {1}), 900_000);
    }
    byte[] content = Files.readAllBytes(bad);
    String id = idOf(vault.take(bad, Checkpoint.NONE));
    vault.restore(id, bad.toString(), Checkpoint.NONE);
    assertArrayEquals(content, Files.readAllBytes(bad));
    try (var folder = Folder.walk(vault.home.toString())) {
      int fd = folder.openRegular("bad");
      try {
        assertTrue(FileAttributes.of(fd).blocks() < 1000);
      } finally {
        Descriptors.close(fd);
      }
    }
  }

  @Test
  void oneProcessUsesAVault() throws Exception {
    try (Vault first = Vault.open(vault.folder)) {
      assertThrows(IOException.class, () -> Vault.open(vault.folder));
      assertEquals(0, first.files());
    }
    Files.setPosixFilePermissions(vault.folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    assertThrows(IOException.class, () -> Vault.open(vault.folder));
  }

  private static void move(Path from, Path to) {
    try {
      var _ = Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void write(Path file, String text) {
    try {
      var _ = Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
