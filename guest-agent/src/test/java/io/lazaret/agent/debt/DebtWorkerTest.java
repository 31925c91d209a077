// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.debt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lazaret.agent.client.SourceAnswer;
import io.lazaret.agent.client.VerdictSource;
import io.lazaret.agent.decision.AccessDecision;
import io.lazaret.agent.decision.ContentThreads;
import io.lazaret.agent.decision.DecisionListener;
import io.lazaret.agent.decision.DecisionSettings;
import io.lazaret.agent.decision.Epochs;
import io.lazaret.agent.decision.FileIdentity;
import io.lazaret.agent.decision.LocalVerdicts;
import io.lazaret.agent.decision.VerdictTable;
import io.lazaret.agent.linux.Folder;
import io.lazaret.agent.linux.Sha256;
import io.lazaret.agent.metrics.Counters;
import io.lazaret.agent.metrics.Metric;
import io.lazaret.agent.scan.Pressure;
import io.lazaret.agent.scan.ScanSettings;
import io.lazaret.protocol.Access;
import io.lazaret.protocol.ContentKey;
import io.lazaret.protocol.Lane;
import io.lazaret.protocol.Outcome;
import io.lazaret.protocol.Report;
import io.lazaret.protocol.Report.DebtReason;
import io.lazaret.protocol.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Works debts about real files off, step by step, by hand. */
class DebtWorkerTest {
  @TempDir Path folder = Path.of("");
  private final Counters counters = new Counters();
  private final ContentThreads content =
      new ContentThreads(1, Sha256.fastest().digests(), counters);
  private final DebtBook book = new DebtBook(10, counters, Clock.systemUTC());
  private final List<String> told = new ArrayList<>();
  private Path file = folder;

  private final class Told implements DecisionListener {
    @Override
    public void detected(
        Access access,
        FileIdentity identity,
        LocalVerdicts.Known known,
        Verdict.Infected verdict,
        Report.Action action) {
      told.add("detected " + access.path() + " " + access.uid());
    }

    @Override
    public void debt(Access access, FileIdentity identity, DebtReason reason) {
      told.add("debt");
    }

    @Override
    public void paid(Access access, FileIdentity identity, Verdict verdict) {
      told.add("learned");
    }
  }

  private static final class AtOnce implements Hands {
    @Override
    public <T> T call(Callable<T> work) throws IOException {
      try {
        return work.call();
      } catch (IOException | RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new IOException(e);
      }
    }
  }

  @BeforeEach
  void makeFile() throws IOException {
    file = Files.writeString(folder.toRealPath().resolve("file"), "content");
  }

  @AfterEach
  void stop() {
    content.close();
  }

  private static SourceAnswer verdict(Verdict verdict) {
    return new SourceAnswer.Judged(verdict, 0, Outcome.Source.SCAN);
  }

  private DebtWorker worker(VerdictSource source) {
    AccessDecision decision =
        new AccessDecision(
            DecisionSettings.defaults(),
            new VerdictTable(64, new Epochs(System::nanoTime), counters),
            content,
            source,
            new Told(),
            counters,
            Clock.systemUTC());
    return new DebtWorker(
        book,
        decision,
        () -> true,
        new AtOnce(),
        () -> 0,
        () -> ScanSettings.UNLIMITED,
        new Pressure(folder),
        (access, verdict) -> told.add("paid " + access.path() + " " + access.lane()));
  }

  private DebtBook.Entry owed(Path path) throws IOException, InterruptedException {
    long device;
    try (Folder parent = Folder.walk(folder.toRealPath().toString())) {
      device = parent.status().device();
    }
    Access access =
        new Access(
            Lane.OPEN,
            new ContentKey(DecisionListener.UNKNOWN_HASH, 7),
            path.toString(),
            "",
            7,
            1000);
    FileIdentity identity = new FileIdentity(device, 1234, 0, 7, 0, 0);
    book.owe(access, identity, DebtReason.APPLIANCE_AWAY);
    return book.any();
  }

  @Test
  void aCleanFileIsPaidFor() throws Exception {
    List<Lane> lanes = new ArrayList<>();
    DebtWorker worker =
        worker((access, reader, deadline) -> {
          lanes.add(access.lane());
          return verdict(Verdict.CLEAN);
        });
    worker.work(owed(file));
    assertEquals(List.of("paid " + file + " RESCAN"), told);
    assertEquals(List.of(Lane.RESCAN), lanes);
    assertEquals(0, book.open());
    assertEquals(1, counters.get(Metric.DEBTS_PAID));
  }

  @Test
  void anInfectedFileIsDetectedAndPaidFor() throws Exception {
    worker((access, reader, deadline) -> verdict(new Verdict.Infected("Bad"))).work(owed(file));
    assertEquals(List.of("detected " + file + " 1000", "paid " + file + " RESCAN"), told);
    assertEquals(0, book.open());
  }

  @Test
  void whatHasNoVerdictYetStays() throws Exception {
    worker((access, reader, deadline) -> verdict(new Verdict.Incomplete(Verdict.Reason.ENCRYPTED)))
        .work(owed(file));
    assertEquals(Map.of(DebtReason.INCOMPLETE, 1), book.byReason());
    worker((access, reader, deadline) -> new SourceAnswer.NoVerdict(DebtReason.OVERLOAD, "busy"))
        .work(book.any());
    assertEquals(Map.of(DebtReason.OVERLOAD, 1), book.byReason());
    assertEquals(List.of(), told);
  }

  @Test
  void aFileThatIsGoneIsOwedForNoMore() throws Exception {
    Files.delete(file);
    worker((access, reader, deadline) -> verdict(Verdict.CLEAN)).work(owed(file));
    assertEquals(0, book.open());
    assertEquals(1, counters.get(Metric.DEBTS_GONE));
  }

  @Test
  void aFolderThatIsNotThereIsWaitedForAWhile() throws Exception {
    DebtWorker worker = worker((access, reader, deadline) -> verdict(Verdict.CLEAN));
    worker.work(owed(folder.toRealPath().resolve("not mounted/file")));
    assertEquals(1, book.open());
    for (int i = 0; i < 3; i++) {
      worker.work(book.any());
    }
    assertEquals(0, book.open());
  }

  @Test
  void noLinkIsFollowed() throws Exception {
    Path secret = Files.writeString(folder.resolve("secret"), "secret");
    Files.delete(file);
    Files.createSymbolicLink(file, secret);
    worker((access, reader, deadline) -> verdict(new Verdict.Infected("Bad"))).work(owed(file));
    assertEquals(List.of(), told);
    assertEquals(0, book.open());
    assertTrue(Files.exists(secret));
  }

  @Test
  void debtsWaitWhileTheMachineIsBusyUnlessTheyAreToldNotTo() throws Exception {
    Files.writeString(folder.resolve("cpu"), "some avg10=99.00 avg60=0.00 avg300=0.00 total=9\n");
    Pressure pressure = new Pressure(folder);
    // Who is interrupted already does not begin to wait.
    Thread.currentThread().interrupt();
    new Calm(() -> 0, () -> ScanSettings.UNLIMITED, pressure).await();
    assertTrue(Thread.currentThread().isInterrupted());
    ScanSettings limited = new ScanSettings(0, 0, 60, 60, 20);
    assertThrows(
        InterruptedException.class, () -> new Calm(() -> 0, () -> limited, pressure).await());
  }
}
